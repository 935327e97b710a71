package paddock;

/** What this project's models are given, and how their output is read. Written by Paddock from preprocess.json. */
public final class PaddockRules {
  public static final String TASK = "@TASK@";
  /** The input: float32 [1, 3, HEIGHT, WIDTH], channels blue, green, red. Give every image at this width. */
  public static final int HEIGHT = @HEIGHT@;
  public static final int WIDTH = @WIDTH@;
  /** (value / DIVISOR - MEAN) / STD, then zeros on the right. */
  public static final float DIVISOR = @DIVISOR@f;
  static final float[] MEAN = {@MEAN@};
  static final float[] STD = {@STD@};
  /** The output has so many classes; of recognition the first is the blank, which means no character. */
  public static final int CLASSES = @CLASSES@;
  public static final int BLANK = @BLANK@;
  /** dict.txt has a character a line; where this is true, a space comes after the last one. */
  public static final boolean SPACE_ADDED = @SPACE@;
  public static final String DICTIONARY_SHA256 = "@DICTIONARY_SHA256@";
  /** What an orientation model's classes mean, in their order. */
  static final String[] LABELS = {@LABELS@};

  private PaddockRules() {}
}
