import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import paddock.PaddockOcr;

/** Prepares images from stdin (int32 width and height, and their pixels) and writes the inputs to stdout. */
public final class Vectors {
  public static void main(String[] words) throws IOException {
    DataInputStream from = new DataInputStream(System.in);
    byte[] head = new byte[8];
    while (from.read(head) == head.length) {
      ByteBuffer size = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
      int width = size.getInt(), height = size.getInt();
      byte[] pixels = new byte[3 * width * height];
      from.readFully(pixels);
      float[] input = PaddockOcr.prepare(pixels, width, height);
      ByteBuffer made = ByteBuffer.allocate(4 * input.length).order(ByteOrder.LITTLE_ENDIAN);
      made.asFloatBuffer().put(input);
      System.out.write(made.array());
    }
    System.out.flush();
  }
}
