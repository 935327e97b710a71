package paddock;

import com.baidu.paddle.lite.MobileConfig;
import com.baidu.paddle.lite.PaddlePredictor;
import com.baidu.paddle.lite.PowerMode;
import com.baidu.paddle.lite.Tensor;

/**
 * A model in Paddle-Lite's Java API (PaddlePredictor.jar and libpaddle_lite_jni.so, at least @AT_LEAST@, with
 * extra operators). Use it from one thread at a time.
 */
public final class PaddockReader {
  private final PaddlePredictor model;
  private final String[] characters;

  /**
   * Loads a model.
   *
   * @param file the path of the .nb file
   * @param dictionary the bytes of dict.txt; null of an orientation model, which has none
   * @param threads how many threads it may use
   */
  public PaddockReader(String file, byte[] dictionary, int threads) {
    MobileConfig config = new MobileConfig();
    config.setModelFromFile(file);
    config.setThreads(threads);
    config.setPowerMode(PowerMode.LITE_POWER_NO_BIND);
    model = PaddlePredictor.createPaddlePredictor(config);
    characters = dictionary == null ? null : PaddockOcr.readDictionary(dictionary);
  }

  /** Reads an upright image, given as Bitmap.getPixels gives it. */
  public PaddockOcr.Reading read(int[] argb, int width, int height) {
    return read(PaddockOcr.bgr(argb), width, height);
  }

  /** Reads an upright image in rows of blue, green, red. */
  public PaddockOcr.Reading read(byte[] bgr, int width, int height) {
    Tensor input = model.getInput(0);
    input.resize(new long[] {1, 3, PaddockRules.HEIGHT, PaddockRules.WIDTH});
    input.setData(PaddockOcr.prepare(bgr, width, height));
    model.run();
    Tensor output = model.getOutput(0);
    float[] values = output.getFloatData();
    if (characters == null) {
      return PaddockOcr.classify(values);
    }
    long[] shape = output.shape(); // [1, steps, classes]
    return PaddockOcr.decode(values, (int) shape[1], (int) shape[2], characters);
  }
}
