"""Pitfalls of the data and the dictionary."""

from __future__ import annotations

from pipeline.pitfalls.entry import Entry, Source
from stages.pitfalls import Pitfall

_ISSUES = "https://github.com/PaddlePaddle/PaddleOCR/issues"

DATA = (
    Entry(
        Pitfall.LEAKED_TEST_IMAGES,
        "test images that the model was trained with",
        (
            "accuracy close to 100 % on the test set, and poor reading of new images",
            "training and test files made from one folder, or images copied under other names",
        ),
        "The same image stands in the training and in the test label file, often under another name. "
        "The model has seen the answer, so the test accuracy says nothing about new images.",
        "PaddleOCR trains and evaluates on whatever the label files name; nobody compares them.",
        prints='images of test that are in train too, by content: 3\n  "test/0007.png" is '
        '"train/0412.png" of train',
        remedy="Take the images out of one of the two label files. If the overlap is meant, set [data] "
        "allow_overlap = true: then it is a warning.",
        sources=(
            Source(
                f"{_ISSUES}/6674",
                "train和eval效果好，实际测试效果差",
                "99 % in training and evaluation, four out of ten right when it is used",
            ),
            Source(
                "https://scikit-learn.org/1.4/_sources/common_pitfalls.rst.txt",
                "Common pitfalls and recommended practices",
                "why data of the test set must not reach the training",
            ),
        ),
    ),
    Entry(
        Pitfall.LABEL_OUTSIDE_DICTIONARY,
        "a label with a character that the dictionary lacks",
        (
            "a character that is in the training labels is never read",
            "fewer training samples than lines in the label file",
        ),
        "PaddleOCR encodes a label character by character and leaves out every character that the "
        "dictionary lacks (BaseRecLabelEncode in ppocr/data/imaug/label_ops.py). The rest is trained as if "
        "it were the whole label; a label of which nothing is left is dropped.",
        "Training runs to its end with exit code 0, and the accuracy looks good, because the evaluation "
        "drops the same characters.",
        prints='1 character is not in the dictionary:\n  "Ö" (U+00D6) first at train.txt:12, 3 '
        "lines",
        remedy="Add the characters to the dictionary, or correct the labels.",
        sources=(
            Source(
                f"{_ISSUES}/1960",
                "字典中没有的字怎么标注？",
                "a maintainer: characters that the dictionary lacks are ignored when labels are encoded",
            ),
            Source(
                f"{_ISSUES}/6804",
                "dict problem",
                "what becomes of lines with characters outside an English dictionary",
            ),
        ),
    ),
    Entry(
        Pitfall.DICTIONARY_CHANGED,
        "another dictionary than the one the model was trained with",
        (
            "good accuracy in training, garbled text after export or on the phone",
            "Chinese characters where digits should be",
        ),
        "A class is only a number; the dictionary says which character it is. Training, export, "
        "inference.yml, the app and its assets each name a dictionary of their own, and any of them can be "
        "another file.",
        "Every tool decodes with the dictionary it is given and ends with exit code 0.",
        prints="training configuration disagrees with this project about characters: 1 of 36 "
        'characters differ; line 2 (class 2) is "!" (U+0021), expected "1" (U+0031)',
        remedy="Use out/dict.txt and the model of the same run together. If the dictionary was meant to "
        "change, train again from it.",
        sources=(
            Source(
                f"{_ISSUES}/841",
                "线上 使用 python3 tools/export_model.py 转换inference识别模型，识别时出现乱码。"
                "是个什么情况？",
                "the checkpoint reads well, the exported model garbles: it was decoded with the default "
                "dictionary",
            ),
            Source(
                f"{_ISSUES}/14286",
                "PaddleOCR api call results on inference model don't make any sense",
                "100 % in evaluation, Chinese characters instead of digits in use",
            ),
        ),
    ),
    Entry(
        Pitfall.DICTIONARY_REORDERED,
        "the dictionary's lines in another order",
        (
            "text of the right length with the wrong characters",
            "digits and letters are read, but consistently as others",
        ),
        "Line n of the dictionary is class n of the model. A dictionary that was sorted, or to which a "
        "character was added in the middle, has the same characters and another meaning from the first "
        "moved line on.",
        "The number of classes fits, so nothing complains; probabilities stay high.",
        prints="training configuration disagrees with this project about characters: the same 36 "
        'characters in another order; line 1 (class 1) is "A" (U+0041), expected "0" '
        "(U+0030)",
        remedy="Restore the order that the model was trained with; add new characters at the end, and "
        "train again.",
        sources=(
            Source(
                f"{_ISSUES}/1327",
                "自定义字典进行训练，输出结果顺序不对",
                "a custom dictionary, and other characters of it than those in the image",
            ),
            Source(
                "https://github.com/YCG09/chinese_ocr/issues/309",
                "楼主问下，字典中字符的顺序有要求吗？我看数字，字母和符号穿插在文字之间的",
                "characters that are read one place off",
            ),
        ),
    ),
    Entry(
        Pitfall.DICTIONARY_CRLF,
        "a dictionary with Windows line ends",
        (
            "every character is followed by an invisible one on the phone, and comparisons fail",
            "recognition works in Python and prints broken text in the app",
        ),
        "The lines end with CR LF. PaddleOCR strips both; readers in C++ and Java (std::getline) keep the "
        "CR, so that each character becomes two. Git on Windows converts line ends without being asked.",
        "Training and export end with exit code 0; only the app shows it.",
        prints="the dictionary dict.txt, line 1: found a Windows line end (CRLF); allowed is LF "
        "line ends",
        remedy="Convert the file (dos2unix dict.txt) and tell git: dict.txt -text in .gitattributes.",
        sources=(
            Source(
                f"{_ISSUES}/82",
                "windows使用超轻量模型字典解析错误",
                "wrong results on Windows, because a carriage return stayed on each entry",
            ),
            Source(
                "https://github.com/PaddlePaddle/PaddleOCR/pull/2859",
                "fix lable parse error when \\r in the end of line",
                "the fix for labels whose lines end so",
            ),
        ),
    ),
    Entry(
        Pitfall.DICTIONARY_BOM,
        "a dictionary that begins with a byte order mark",
        (
            "the first character of the dictionary is never read",
            "the first entry prints as a character with something invisible before it",
        ),
        "Windows editors save UTF-8 with the bytes EF BB BF in front. PaddleOCR decodes them as part of "
        "the first entry, so the first character has no class and is dropped from every label.",
        "Training runs to its end with exit code 0; only lines with that character are wrong.",
        prints="the dictionary dict.txt, line 1: found a byte order mark; allowed is UTF-8 "
        "without one",
        remedy="Save the file as UTF-8 without BOM.",
        sources=(
            Source(
                f"{_ISSUES}/4938",
                "自定义识别dict在train时候报错，提示IndexError: list index out of range",
                "0 could not be read: the encoding of the dictionary's first entries was at fault; "
                "utf-8-sig helped",
            ),
        ),
        errors=("IndexError: list index out of range",),
    ),
    Entry(
        Pitfall.DICTIONARY_DUPLICATE,
        "a character twice in the dictionary",
        (
            "one class too many, and one that the model never gives",
            "characters after a certain line are all one off in the app",
        ),
        "PaddleOCR gives the character the number of its last line; the class of the first line is never "
        "trained. A reader that removes duplicates shifts everything that follows by one.",
        "Training and export end with exit code 0.",
        prints='the dictionary dict.txt, line 37: found "A" (U+0041), which is on line 11 '
        "already; allowed is each character once",
        remedy="Remove one of the two lines and train again; the number of classes changes.",
        sources=(
            Source(
                f"{_ISSUES}/10033",
                "文字识别文档 字典说明",
                "the example of PaddleOCR's own documentation has a letter twice",
            ),
            Source(
                "https://github.com/chineseocr/chineseocr/issues/399",
                "中文的字库的alphabetChinese中有一个重复字符“|”",
                "a duplicate that cannot be taken out any more, because everything after it would shift",
            ),
        ),
    ),
    Entry(
        Pitfall.DICTIONARY_DOUBLE_SPACE,
        "a space in the dictionary, and use_space_char as well",
        (
            "one class more than expected; index out of range when decoding",
            "spaces are missing from what is read",
        ),
        "use_space_char appends a space after the dictionary's last line. With a space in the file there "
        "are two classes for it: the labels train one of them, and whoever counts the file's lines is one "
        "off.",
        "Training and export end with exit code 0.",
        prints="the dictionary dict.txt, line 11: found a space, and use_space_char adds a second "
        "one at the end; allowed is one space",
        remedy="Remove the line with the space, or set [data] use_space_char = false.",
        sources=(
            Source(
                f"{_ISSUES}/931",
                "关于对空格支持的疑问",
                "a maintainer: use_space_char is for dictionaries without a space, and appends one",
            ),
            Source(
                f"{_ISSUES}/2697",
                "不识别空格",
                "index out of range after use_space_char was switched",
            ),
        ),
        errors=("IndexError: list index out of range",),
    ),
    Entry(
        Pitfall.DICTIONARY_CLASSES,
        "a model whose output is not as wide as the dictionary",
        (
            "index out of range when decoding",
            "every character is the neighbour of the right one",
        ),
        "A CTC model has one class an entry, one for the blank (class 0), and one for the space if "
        "use_space_char is set. A model that was trained with one entry more or less decodes to the "
        "neighbours, or beyond the end.",
        "If the model is narrower than the dictionary nothing fails at all; if it is wider, decoding fails "
        "on the first image that uses the last classes, and on no other.",
        prints="nb-x86 has 38 classes, the dictionary makes 37 (its characters and the blank)",
        remedy="Use the dictionary of the run that the model is from, and compare use_space_char.",
        sources=(
            Source(
                f"{_ISSUES}/4578",
                "会识别出超出字典索引的数量问题该如何解决",
                "a maintainer: out of range comes from a dictionary other than the model's; do not change "
                "use_space_char by hand",
            ),
            Source(
                f"{_ISSUES}/5577",
                "IndexError: list index out of range While using other than default models.",
                "a model of 6,623 characters with a dictionary of 95",
            ),
        ),
        errors=("IndexError: list index out of range",),
    ),
)
