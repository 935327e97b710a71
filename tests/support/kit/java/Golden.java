import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import paddock.PaddockOcr;
import paddock.PaddockReader;

/** Reads the golden images of a kit, given by its folder: one text a line, with its score. */
public final class Golden {
  public static void main(String[] words) throws IOException {
    Path kit = Paths.get(words[0]);
    byte[] dictionary = Files.readAllBytes(kit.resolve("../dict.txt"));
    PaddockReader reader = new PaddockReader(kit.resolve("../model_arm.nb").toString(), dictionary, 1);
    StringBuilder said = new StringBuilder();
    for (int number = 0; Files.exists(file(kit, number)); ++number) {
      byte[] bytes = Files.readAllBytes(file(kit, number));
      String[] head = new String(bytes, 0, Math.min(30, bytes.length), StandardCharsets.ISO_8859_1).split("\\s");
      int width = Integer.parseInt(head[1]), height = Integer.parseInt(head[2]);
      int start = bytes.length - 3 * width * height;
      int[] argb = new int[width * height];
      for (int place = 0; place < argb.length; ++place) {
        argb[place] = 0xff << 24;
        for (int channel = 0; channel < 3; ++channel) {
          argb[place] |= (bytes[start + 3 * place + channel] & 0xff) << (16 - 8 * channel);
        }
      }
      PaddockOcr.Reading reading = reader.read(argb, width, height);
      said.append(reading.score).append('\t').append(reading.text).append('\n');
    }
    System.out.write(said.toString().getBytes(StandardCharsets.UTF_8));
    System.out.flush();
  }

  private static Path file(Path kit, int number) {
    return kit.resolve(String.format("golden/%03d.ppm", number));
  }
}
