"""Pitfalls of the runtime and the phone."""

from __future__ import annotations

from pipeline.pitfalls.entry import Entry, Source
from stages.pitfalls import Pitfall

_ISSUES = "https://github.com/PaddlePaddle/Paddle-Lite/issues"
_OCR_ISSUES = "https://github.com/PaddlePaddle/PaddleOCR/issues"

RUNTIME = (
    Entry(
        Pitfall.FOREIGN_TARGET,
        "a .nb for another processor",
        (
            "the .nb crashes when it is loaded, or returns zeros",
            "kernel for conv2d is not supported by Paddle-Lite",
        ),
        "A .nb names the kernels of one target (arm, x86, opencl, …). A runtime for another processor lacks "
        "them: it aborts, crashes, or returns zeros. The file's name does not say which target it is for.",
        "On x86 an arm file can end with exit code 0 and zeros in every output.",
        prints="nb-x86: failed: the file is made for arm, not for x86; it was not run",
        remedy="Use model_arm.nb on phones and model_x86.nb on this machine; paddock audit --file says what "
        "a file is for.",
        sources=(
            Source(
                "https://github.com/PaddlePaddle/PaddleDetection/issues/6259",
                "MacOS下CreatePaddlePredictor报错：Check failed: kernels.size() > 0 (0 vs. 0) Error: This "
                "model is not supported, because kernel for 'conv2d' is not supported by Paddle-Lite.",
                "a maintainer: x86 and ARM need models and libraries of their own",
            ),
            Source(
                f"{_ISSUES}/10361",
                "paddle转paddlelite后的模型在arm上推理报错",
                "the same model for arm and for x86 on the wrong machine",
            ),
        ),
        errors=(
            "Error: This model is not supported, because kernel for 'conv2d' is not supported",
        ),
    ),
    Entry(
        Pitfall.OPT_NEWER_THAN_RUNTIME,
        "a .nb made by an opt that is newer than the app's Paddle-Lite",
        (
            "the app crashes when it loads the model, after a warning about versions",
            "the model runs and finds nothing",
        ),
        "opt writes operators and attributes as its own version knows them. An older runtime in the app only "
        "warns that the versions are not consistent, and may abort or compute otherwise.",
        "The warning stands in logcat; nothing fails until the model is loaded on the phone.",
        prints="the files were made by opt v2.13-rc, the app has Paddle-Lite 2.10, which is older",
        remedy="Build the app with the version that out/preprocess.json names under runtime, or newer. Say "
        "in [verify] runtime which one it has.",
        sources=(
            Source(
                f"{_OCR_ISSUES}/5608",
                "Opt版本和Paddle Lite库版本不一致问题",
                "opt 2.9, another library: it runs, and finds nothing",
            ),
            Source(
                f"{_ISSUES}/10606",
                "[aarch64编译问题] 编译paddle-lite-release/v2.10源码获得的paddle-lite版本不是v2.10，"
                "而是30fe065bc，导致使用时报错",
                "the warning, and after it a kernel that the runtime lacks",
            ),
        ),
        errors=(
            "warning: the version of opt that transformed this model is not consistent with current "
            "Paddle-Lite version.",
        ),
    ),
    Entry(
        Pitfall.WIDTH_CHANGED,
        "images of several widths through one predictor",
        (
            "the first image is right, the following ones are wrong",
            "free(): invalid next size on the second image",
        ),
        "Paddle-Lite 2.13 on x86 keeps buffers of the first image's width. A narrower image corrupts the "
        "heap, a wider one is computed wrongly; both were seen with unchanged official models.",
        "Mostly the numbers are wrong and nothing fails; sometimes the process dies later.",
        prints="an image of 3x48x480 was given to a predictor that has read images of 3x48x320",
        remedy="Pad every image to the width in out/preprocess.json, or make a predictor for each width.",
        sources=(
            Source(
                f"{_OCR_ISSUES}/9693",
                "OCR推理第二张图片时，程序挂了，打印free(): invalid next size (normal)",
                "x86: the second image kills the process, one predictor an image does not",
            ),
            Source(
                f"{_OCR_ISSUES}/5895",
                "Android端Demo使用slim模型输入图片宽高比变化后识别很差，默认OCR模型正常",
                "right until an image has another ratio of sides than the first",
            ),
        ),
        errors=("free(): invalid next size (normal)",),
    ),
    Entry(
        Pitfall.STOCK_NB,
        "the official model in place of one's own",
        (
            "the fine-tuned model reads exactly as the official one does",
            "training improves, the phone does not",
        ),
        "A path that was not found, a cached download or a file copied from the demo: the app reads with the "
        "official weights. They read well enough for nobody to ask.",
        "Everything works; only the mistakes that training had cured are back.",
        prints="nb-x86 reads as PP-OCRv5_mobile_rec does (96% of 32 images) and not as your PD "
        "model (3%): this is the stock model",
        remedy="Deliver out/ of the run; paddock audit --file NAME.nb says whose weights are inside a file.",
        sources=(
            Source(
                f"{_OCR_ISSUES}/10487",
                "ocr = PaddleOCR() 如何使用自定義數據訓練後的模型",
                "a path to one's own model, and in the end the official one reads",
            ),
            Source(
                f"{_OCR_ISSUES}/7888",
                "different result on training model and inference model on detection",
                "after export the results are those of the model before training",
            ),
        ),
    ),
    Entry(
        Pitfall.CHANGED_ARTIFACT,
        "a file that changed after it was made",
        (
            "the model on the phone is not the one that was measured",
            "a checkpoint or .nb of a few bytes less than it should have",
        ),
        "A copy that was cut off, a file edited or swapped by hand, a disk that flips bits, a download "
        "through a proxy. Model files have no checksum of their own.",
        "Paddle and Paddle-Lite load a file with flipped weights and compute with it.",
        prints="model_arm.nb was changed: expected SHA-256 6d1f0e…, found 90c2b7…; made by "
        "convert in run 20261122-172749-302e, 2026-11-22T17:29:31.000+00:00",
        remedy="paddock audit names every such file, who made it and when; paddock --batch --force STAGE "
        "makes it again.",
        sources=(
            Source(
                f"{_ISSUES}/9007",
                "The model format cannot be recognized",
                "a file that the runtime does not recognise after it was exchanged in the app",
            ),
            Source(
                "https://github.com/JaidedAI/EasyOCR/issues/95",
                "download model file is corrupted",
                "an incomplete download of a recognition model, found by its MD5 alone",
            ),
        ),
        errors=("The model format cannot be recognized.",),
    ),
)
