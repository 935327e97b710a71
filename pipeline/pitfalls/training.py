"""Pitfalls of training and export."""

from __future__ import annotations

from pipeline.pitfalls.entry import Entry, Source
from stages.pitfalls import Pitfall

_ISSUES = "https://github.com/PaddlePaddle/PaddleOCR/issues"

TRAINING = (
    Entry(
        Pitfall.SHAPE_MISMATCH,
        "weights of another shape, loaded as random numbers",
        (
            "the exported model reads nothing or random letters, the checkpoint reads well",
            "accuracy stays at 0 after a pretrained model was loaded",
        ),
        "load_pretrained_params (ppocr/utils/save_load.py) skips every parameter whose name or shape does "
        "not fit, with a warning in the log, and goes on: what was skipped keeps its random numbers.",
        "Training and export end with exit code 0 and write a complete model.",
        prints="2 parameters of the checkpoint do not fit the configuration: head.fc.weight: the "
        "checkpoint has shape [48, 37], the configuration [64, 37]",
        remedy="Train and export with one configuration and one dictionary. For a new dictionary take the "
        "official model as a start: Paddock copies the classes that both have.",
        sources=(
            Source(
                f"{_ISSUES}/10666",
                "ch_PP-OCRv4_rec，更换了字典18个字符，acc都是0，有如下警告",
                "accuracy 0 with a new dictionary, the warnings, and load pretrain successful after them",
            ),
            Source(
                "https://github.com/PaddlePaddle/PaddleOCR/blob/main/ppocr/utils/save_load.py",
                "ppocr/utils/save_load.py",
                "the function that warns and goes on",
            ),
        ),
        errors=("The shape of model params ... not matched with loaded params ...",),
    ),
    Entry(
        Pitfall.USE_GUIDE,
        "use_guide: the CTC branch does not train the backbone",
        (
            "fine-tuning converges early and the backbone's weights stay as they were",
            "accuracy does not move although the loss falls",
        ),
        "With use_guide: True the neck of the CTC head takes its input without a gradient "
        "(EncoderWithSVTR in ppocr/modeling/necks/rnn.py). Only the second head, NRTR or SAR, trains the "
        "backbone; without it in the loss, neck and classifier learn, and nothing else.",
        "It is meant so by PP-OCR's recipe (guided training of CTC), and no log says what does not learn.",
        prints="use_guide cuts the backbone off from the CTC loss, and no other loss trains it: "
        "neck and classifier learn, the backbone stays as it is but for its running "
        "statistics",
        remedy="Keep the second head in the loss, or set use_guide: False, or freeze the backbone "
        'openly ([train] mode = "frozen"), which is many times faster.',
        sources=(
            Source(
                "https://github.com/PaddlePaddle/PaddleOCR/blob/main/ppocr/modeling/necks/rnn.py",
                "ppocr/modeling/necks/rnn.py",
                "stop_gradient on the neck's input where use_guide is set",
            ),
            Source(
                "https://arxiv.org/pdf/2002.01276.pdf",
                "GTC: Guided Training of CTC Towards Efficient and Accurate Scene Text Recognition",
                "the method: attention trains the features, CTC learns from them",
            ),
        ),
    ),
    Entry(
        Pitfall.OTHER_CONFIGURATION,
        "exported with another configuration than the one it was trained with",
        (
            "accuracy 0.99 in training, 0 after export",
            "the exported model reads well on one machine and not at all on another",
        ),
        "tools/export_model.py builds the network that its configuration describes and loads what fits. "
        "A shipped YAML in place of the run's config.yml has another dictionary, scale, neck or input shape.",
        "The export ends with exit code 0 and writes a complete model, of random weights where nothing fits.",
        prints="training configuration disagrees with this project about image_shape: [3, 48, "
        "640]; this project says [3, 48, 320]",
        remedy="Export with the config.yml that training wrote; Paddock does, and compares.",
        sources=(
            Source(
                f"{_ISSUES}/5225",
                "使用 PP-OCRv2 训练精度0.99, 转为推理后, 精度为0, 使用的默认字典ppocr_keys_v1.txt",
                "exported with the shipped YAML instead of the run's config.yml: no error, a complete file, "
                "accuracy 0",
            ),
            Source(
                f"{_ISSUES}/2782",
                "同一批图片，train 和eval 的准确度都很高，然后用导出的模型做预测，结果完全不对。",
                "a maintainer: check that the export's YAML is the training's and that the weights were "
                "loaded into it",
            ),
        ),
    ),
    Entry(
        Pitfall.WRONG_HEIGHT,
        "images of another height than the model was trained with",
        (
            "poor reading in the app, good reading in Python",
            "an old demo app with a new model: 32 pixels where 48 are needed",
        ),
        "PP-OCRv2 and older read lines of 32 pixels, PP-OCRv3 and newer of 48. The programs around the "
        "model have the height in their own code, and many networks take both without a word.",
        "The model runs and gives plausible, worse text.",
        prints="pd disagrees with this project about image_shape: [3, 48, 320]; this project says "
        "[3, 32, 320]",
        remedy="Prepare images as out/preprocess.json says, and check with out/golden.json on the phone.",
        sources=(
            Source(
                f"{_ISSUES}/6476",
                "有关rec_img_h：识别模型输入图像高度，rec_img_w：识别模型输入图像宽度",
                "a maintainer: 48 for PP-OCRv3, 32 for all before it",
            ),
            Source(
                f"{_ISSUES}/15464",
                "PP-OCRV3训练后的识别模型在python部署推理的结果和Android demo中推理的结果差异很大",
                "an Android demo made for PP-OCRv2 with a PP-OCRv3 model",
            ),
        ),
    ),
    Entry(
        Pitfall.RGB_FOR_BGR,
        "images given as RGB where the model expects BGR",
        (
            "slightly worse reading in the app than in Python",
            "only coloured text is read differently",
        ),
        "PaddleOCR trains on BGR, as OpenCV reads images; Android bitmaps and most libraries give RGB. "
        "On grey text the difference is small, so it passes every quick look.",
        "The model runs; nothing can tell the channels apart.",
        prints="inference.yml disagrees with this project about channel_order: RGB; this project "
        "says BGR",
        remedy="Swap the channels as out/preprocess.json says, and check with out/golden.json on the phone.",
        sources=(
            Source(
                f"{_ISSUES}/6070",
                "选择 BGR而不是RGB的原因是什么？归一化均值方差顺序是否有bug呢？",
                "a maintainer: recognition is trained on BGR; what matters is that training and use agree",
            ),
            Source(
                "https://github.com/GreatV/oar-ocr/pull/39",
                "feat: add ColorMode enum and update NormalizeImage to support BGR color mode.",
                "a library that gave RGB to models trained on BGR, and the fix",
            ),
        ),
    ),
    Entry(
        Pitfall.MIXED_VERSIONS,
        "trained with one Paddle, exported or converted with another",
        (
            "the exported model computes other numbers than the checkpoint",
            "a conversion that works on one machine and aborts on another",
        ),
        "Operators, their defaults and the file format change between versions: Paddle 2.5 brought tensors "
        "without dimensions, 2.6 swish without beta, 3.0 the PIR format. A GPU machine that trains and a "
        "laptop that exports rarely have the same one.",
        "Each program ends with exit code 0, or fails far away from the cause.",
        prints="two versions of paddle in one run: 3.1.1 in train, 3.0.0 in export",
        remedy="Run all stages on images of one set: paddock images build.",
        sources=(
            Source(
                f"{_ISSUES}/11673",
                "识别模型微调训练，数据集组成应该是什么样的？",
                "four versions of Paddle tried until one converts, training and conversion on different ones",
            ),
            Source(
                "https://github.com/PaddlePaddle/PaddleDetection/pull/8112",
                "make solov2 & faster-rcnn adaptive to 0d-output for __getitem__",
                "models exported before Paddle 2.5 that 2.5 cannot run",
            ),
        ),
    ),
)
