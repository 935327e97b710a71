"""Pitfalls of the conversion to Paddle-Lite."""

from __future__ import annotations

from pipeline.pitfalls.entry import Entry, Source
from stages.pitfalls import Pitfall

_ISSUES = "https://github.com/PaddlePaddle/Paddle-Lite/issues"
_OCR_ISSUES = "https://github.com/PaddlePaddle/PaddleOCR/issues"

CONVERSION = (
    Entry(
        Pitfall.PIR_GIVEN_TO_OPT,
        "a Paddle 3 model (PIR) given to opt",
        (
            "the export wrote inference.json and no inference.pdmodel",
            "opt says that the model format is unsupported, or aborts",
        ),
        "Paddle 3 saves models in a new format, PIR (inference.json). Paddle-Lite's opt reads the older one "
        "only (inference.pdmodel). PaddleOCR 3 exports PIR unless Global.export_with_pir is False.",
        "The export ends with exit code 0; opt aborts with a message that does not name the format.",
        prints="inference.json is a PIR model; Paddle-Lite reads only the legacy format",
        remedy="Export with Global.export_with_pir=False, as Paddock does. An official PIR model can be the "
        "start of a project: Paddock rewrites it in the older format.",
        sources=(
            Source(
                f"{_OCR_ISSUES}/15363",
                "缺少.pdmodel文件的模型如何转化为.nb模型？",
                "PP-OCRv5 has only a JSON file, and opt calls its format unsupported",
            ),
            Source(
                f"{_ISSUES}/10684",
                "opt工具转换nb模型",
                "no inference.pdmodel in the official PP-OCRv5, so no .nb",
            ),
        ),
        errors=("idx >= blocks.size()", "Error, Unsupported model format!"),
    ),
    Entry(
        Pitfall.SWISH_WITHOUT_BETA,
        "opt 2.13 aborts at swish, which has no beta any more",
        ("conversion to .nb aborts after the model was loaded successfully",),
        "Since Paddle 2.6 the operator swish is saved without its attribute beta (it is 1). Paddle-Lite up "
        "to 2.13 insists on it.",
        "opt aborts; a script that looks at the last .nb in the folder goes on with the old one.",
        prints="opt was given a Paddle 3 program that was not made legal for it: swish without "
        "beta",
        remedy="Convert through Paddock, which writes beta = 1.0 into the program and proves that nothing "
        "else changed.",
        sources=(
            Source(
                f"{_ISSUES}/10531",
                "paddle推理模型转为nb失败",
                "a maintainer: known in 2.12 and 2.13rc, corrected in the branch of 2.14",
            ),
            Source(
                "https://github.com/PaddlePaddle/Paddle/issues/62692",
                "使用paddlepaddle-gpu 2.6.0.post116训练paddleocrv2.7.1识别模型, "
                "paddle_lite_opt转换为nb模型报错 No attributes called beta found for swish",
                "the same from a trained PP-OCRv3",
            ),
        ),
        errors=("No attributes called beta found for swish",),
    ),
    Entry(
        Pitfall.MISSING_XSHAPE,
        "opt dies without a word: operators without XShape",
        (
            "opt ends with a segmentation fault after the model was loaded",
            "no error message and no .nb file",
        ),
        "Since Paddle 2.6 reshape2, transpose2, squeeze2, unsqueeze2 and flatten_contiguous_range are saved "
        "without their second output, XShape. opt 2.13 asks for it and reads where nothing is.",
        "opt dies of a signal and prints nothing; whoever does not look at the exit code sees no error.",
        prints="opt was given a Paddle 3 program that was not made legal for it: reshape2, "
        "transpose2 without the output XShape, at which it dies",
        remedy="Convert through Paddock, which gives each of these operators the output.",
        sources=(
            Source(
                f"{_ISSUES}/10511",
                ".pdmodel转换.nb失败，报错Check failed: it != outputs_.end():",
                "an error in 2.9, and in 2.13 the process ends after loading without a message",
            ),
            Source(
                f"{_ISSUES}/9801",
                "paddle转换.nb报错",
                "loaded successfully, then an access violation; a maintainer confirms the crash",
            ),
        ),
        errors=("Check failed: it != outputs_.end():",),
    ),
    Entry(
        Pitfall.SCALAR_WITHOUT_SHAPE,
        "a .nb that aborts when it runs: scalars with an empty shape",
        (
            "the conversion works and the first run on the phone aborts",
            "models with an LSTM convert and do not run",
        ),
        "Since Paddle 2.5 a number without dimensions is a fill_constant with an empty shape. Paddle-Lite "
        "2.13 knows no such tensors and aborts when the model runs, not when it is converted.",
        "opt ends with exit code 0 and writes a complete file.",
        prints="model_x86.nb cannot be run: it died of SIGABRT: no valid out_shape. Must set one "
        "of shape_tensor, or shape_tensor_list, or shape.",
        remedy="Convert through Paddock, which gives such scalars the shape [1] and runs the file.",
        sources=(
            Source(
                f"{_ISSUES}/10438",
                "Lite/lite/operators/fill_constant_op.cc:44 InferShapeImpl] no valid out_shape. Must set "
                "one of shape_tensor, or shape_tensor_list, or shape.",
                "a maintainer: Paddle-Lite does not support an empty shape; the model has to be edited",
            ),
            Source(
                f"{_ISSUES}/10367",
                "bert模型的paddlelite推理",
                "a maintainer: newer Paddle leaves the shape empty where it was [1]",
            ),
        ),
        errors=(
            "no valid out_shape. Must set one of shape_tensor, or shape_tensor_list, or shape.",
        ),
    ),
    Entry(
        Pitfall.SCALE_FOLDED_WRONG,
        "a scale that opt folds through an activation",
        (
            "the .nb converts, runs, gives probabilities, and reads nothing right",
            "only the model that was made faster by hand is wrong",
        ),
        "opt folds a scale operator into the convolution before it, also where an activation stands between "
        "the two. act(x)·s is not act(x·s): measured, 0 of 100 lines were right.",
        "opt ends with exit code 0; all outputs are finite and sum to one.",
        prints="opt folded a scale through relu into conv2d_12.w_0, which changes the model; 1 of "
        "216 tensors of model_arm.nb are not the model's",
        remedy="Convert through Paddock, which folds such scales where it is exact and traces every tensor "
        "of the .nb back.",
        sources=(
            Source(
                "https://github.com/PaddlePaddle/Paddle-Lite/pull/4266",
                "[NPU] Disable scale_activation_fuse_pass which causes the wrong result in "
                "yolov3_mobilenetv3",
                "a fold of scale and activation that gave wrong results, switched off",
            ),
            Source(
                "https://github.com/PaddlePaddle/Paddle-Lite/pull/3528",
                "[Fusion Pass][BUG FIX] Not fuse two scale in the same time",
                "two scales folded at once joined the wrong operators",
            ),
        ),
    ),
    Entry(
        Pitfall.NO_FILE_EXIT_ZERO,
        "opt ends with exit code 0 and there is no file",
        (
            "no .nb after a conversion that seemed to work",
            "the build goes on and ships what it finds",
        ),
        "opt prints its help, or the operators it does not support, and ends with 0; a forgotten option "
        "is enough. Asked for model.nb it writes model.nb.nb. Its Python call returns None in all cases.",
        "The exit code is 0, so a script with set -e goes on.",
        prints="opt made no usable file for arm: it ended with 0 and said nothing",
        remedy="Believe the file and the log, not the exit code; Paddock looks at both.",
        sources=(
            Source(
                f"{_ISSUES}/4834",
                "2.6.3版本opt转化PADDLEX 1.1.6生成的模型时报错",
                "no .nb and no error to be found; two options were given a folder instead of a file",
            ),
            Source(
                "https://paddlepaddle.org.cn/inference/user_guides/opt/opt_python.html",
                "python 调用 opt 转化模型",
                "the options, and the folder layouts that opt recognises",
            ),
        ),
    ),
    Entry(
        Pitfall.STALE_FILE,
        "the .nb of an earlier run",
        (
            "a new training changes nothing on the phone",
            "the app still reads as the model before did",
        ),
        "A failed conversion leaves the file of the last one where it was, and caches between the build and "
        "the phone keep theirs. The name is right, the content is old.",
        "cp, the build and the app end without an error.",
        prints="model_arm.nb was made by opt v2.10, but opt v2.13-rc is installed here: it is an "
        "old file, or another tool's",
        remedy="Compare the hash with out/SHA256SUMS; paddock audit --file NAME.nb says whether a file is "
        "of this project, and of which run.",
        sources=(
            Source(
                f"{_OCR_ISSUES}/1343",
                "将编译好的可执行程序push到手机执行时报错：check failed:it != kernels.end() "
                "segmentation fault",
                "the .nb was not the one that had been made, but one from a download",
            ),
            Source(
                "https://github.com/sceneview/sceneview/issues/2949",
                "Android demo: a corrected bundled asset never reaches an already-installed app "
                "(iOS parity with #2928)",
                "a copy in the app's own folder outlives every update of the app",
            ),
        ),
    ),
    Entry(
        Pitfall.QUANTISED_GARBAGE,
        "a quantised .nb that gives NaN or zeros",
        (
            "the .nb in full precision is right, the int8 one returns nan",
            "empty strings for every image",
        ),
        "opt can store weights as int8 or int16. The loader of 2.13 on x86 turns those of conv, fc and mul "
        "back, and not those of matmul_v2; what is computed from them is NaN, which decodes to nothing.",
        "opt and the runtime end with exit code 0.",
        prints="nb-x86: failed: its output is not finite (after 0 images)",
        remedy="Ship full precision, or measure the quantised file on the processor that it is for.",
        sources=(
            Source(
                f"{_ISSUES}/10632",
                "nb模型精度比inference模型差很多",
                "the .nb is right, its int8 form returns nan in every cell",
            ),
            Source(
                f"{_OCR_ISSUES}/4062",
                "量化的检测模型在转换到paddle-lite后，运行结果无意义",
                "a quantised model whose results mean nothing after conversion",
            ),
        ),
    ),
)
