package paddock;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * From an image to a model's input, and from its output to text, exactly as Paddock measured it. It equals
 * OpenCV's resize of uint8 with INTER_LINEAR, which computes in fixed point with 11 bits a weight, to the last
 * bit. No Android in it: Kotlin and Java call it alike.
 */
public final class PaddockOcr {
  private static final int ONE = 1 << 11;

  /** What a model reads; the score is the mean probability of the characters, 0 where there are none. */
  public static final class Reading {
    public final String text;
    public final double score;

    public Reading(String text, double score) {
      this.text = text;
      this.score = score;
    }
  }

  private PaddockOcr() {}

  /** Returns rows of blue, green, red of pixels as Android's Bitmap.getPixels gives them, on white. */
  public static byte[] bgr(int[] argb) {
    byte[] made = new byte[argb.length * 3];
    for (int place = 0; place < argb.length; ++place) {
      float share = (argb[place] >>> 24) / 255f;
      for (int channel = 0; channel < 3; ++channel) {
        int value = argb[place] >> (8 * channel) & 0xff;
        made[3 * place + channel] = (byte) Math.rint(value * share + 255f * (1f - share));
      }
    }
    return made;
  }

  /** Returns the model's input, [3, HEIGHT, WIDTH], of an upright image in rows of blue, green, red. */
  public static float[] prepare(byte[] bgr, int width, int height) {
    if (width < 1 || height < 1 || bgr.length != 3L * width * height) {
      throw new IllegalArgumentException("an image without its pixels");
    }
    int rows = PaddockRules.HEIGHT, plane = rows * PaddockRules.WIDTH;
    int used = (int) Math.min(PaddockRules.WIDTH, Math.ceil(rows * ((double) width / height)));
    byte[] resized = resize(bgr, width, height, used, rows);
    float[] input = new float[3 * plane];
    for (int channel = 0; channel < 3; ++channel) {
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < used; ++x) {
          int value = resized[(y * used + x) * 3 + channel] & 0xff;
          input[channel * plane + y * PaddockRules.WIDTH + x] =
              (value / PaddockRules.DIVISOR - PaddockRules.MEAN[channel]) / PaddockRules.STD[channel];
        }
      }
    }
    return input;
  }

  /** Returns the text of each class but the blank, from the bytes of dict.txt. */
  public static String[] readDictionary(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.endsWith("\n")) {
      text = text.substring(0, text.length() - 1);
    }
    List<String> characters = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      characters.add(line.replaceAll("^\r+|\r+$", ""));
    }
    if (PaddockRules.SPACE_ADDED) {
      characters.add(" ");
    }
    if (characters.size() + 1 != PaddockRules.CLASSES) {
      throw new IllegalArgumentException("this dictionary does not belong to the model: it has other classes");
    }
    return characters.toArray(new String[0]);
  }

  /** Reads an output [steps, classes]: greedy CTC decoding, as PaddleOCR does it. */
  public static Reading decode(float[] output, int steps, int classes, String[] characters) {
    if (classes != characters.length + 1 || output.length != steps * classes) {
      throw new IllegalArgumentException("the model has other classes than its dictionary");
    }
    StringBuilder text = new StringBuilder();
    double sum = 0;
    int before = PaddockRules.BLANK, kept = 0;
    for (int step = 0; step < steps; ++step) {
      int best = best(output, step * classes, classes);
      if (best != before && best != PaddockRules.BLANK) {
        text.append(characters[best - 1]);
        sum += output[step * classes + best];
        ++kept;
      }
      before = best;
    }
    return new Reading(text.toString(), kept > 0 ? sum / kept : 0);
  }

  /** Reads an orientation model's output: the most probable class, and its probability. */
  public static Reading classify(float[] output) {
    if (output.length != PaddockRules.CLASSES) {
      throw new IllegalArgumentException("the model has other classes than its rules");
    }
    int best = best(output, 0, output.length);
    return new Reading(PaddockRules.LABELS[best], output[best]);
  }

  private static int best(float[] values, int start, int count) {
    int best = 0;
    for (int each = 1; each < count; ++each) {
      if (values[start + each] > values[start + best]) {
        best = each;
      }
    }
    return best;
  }

  /** Resizes rows of three bytes a pixel. */
  static byte[] resize(byte[] pixels, int width, int height, int toWidth, int toHeight) {
    if (width == toWidth && height == toHeight) {
      return pixels.clone();
    }
    int row = 3 * width, toRow = 3 * toWidth;
    byte[] made = new byte[toRow * toHeight];
    if (width == 2 * toWidth && height == 2 * toHeight) { // OpenCV averages then
      for (int y = 0; y < toHeight; ++y) {
        for (int x = 0; x < toRow; ++x) {
          int top = 2 * y * row + x / 3 * 6 + x % 3, bottom = top + row;
          int sum = (pixels[top] & 0xff) + (pixels[top + 3] & 0xff);
          sum += (pixels[bottom] & 0xff) + (pixels[bottom + 3] & 0xff);
          made[y * toRow + x] = (byte) (sum + 2 >> 2);
        }
      }
      return made;
    }
    int[][] across = weights(width, toWidth, true), down = weights(height, toHeight, false);
    for (int y = 0; y < toHeight; ++y) {
      for (int x = 0; x < toRow; ++x) {
        int place = x / 3, left = across[0][place] * 3 + x % 3, right = across[1][place] * 3 + x % 3;
        int sum = 2;
        for (int each = 0; each < 2; ++each) {
          int start = down[each][y] * row;
          int between = (pixels[start + left] & 0xff) * across[2][place]
              + (pixels[start + right] & 0xff) * across[3][place];
          sum += down[2 + each][y] * (between >> 4) >> 16;
        }
        made[y * toRow + x] = (byte) (sum >> 2);
      }
    }
    return made;
  }

  /** For each place of the resized line: the two old ones that it lies between, and their weights. */
  private static int[][] weights(int from, int to, boolean across) {
    int[][] all = new int[4][to];
    double scale = 1.0 / ((double) to / from);
    for (int place = 0; place < to; ++place) {
      float share = (float) ((place + 0.5) * scale - 0.5);
      int left = (int) Math.floor(share);
      share -= left;
      if (across && left < 0) {
        left = 0;
        share = 0;
      }
      if (across && left >= from - 1) {
        left = from - 1;
        share = 0;
      }
      all[0][place] = Math.min(Math.max(left, 0), from - 1);
      all[1][place] = Math.min(Math.max(left + 1, 0), from - 1);
      all[2][place] = (int) Math.rint((1f - share) * ONE);
      all[3][place] = (int) Math.rint(share * ONE);
    }
    return all;
  }
}
