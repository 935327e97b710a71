package com.baidu.paddle.lite;

import java.util.Arrays;

/** A model that gives back the first channel of its input, as the stand-in in C++ does. */
public class PaddlePredictor {
  private final Tensor input = new Tensor(), output = new Tensor();

  public static PaddlePredictor createPaddlePredictor(MobileConfig config) {
    return new PaddlePredictor();
  }

  public Tensor getInput(int number) {
    return input;
  }

  public Tensor getOutput(int number) {
    return output;
  }

  public boolean run() {
    output.resize(new long[] {1, input.shape[2], input.shape[3]});
    int plane = (int) (input.shape[2] * input.shape[3]);
    output.setData(Arrays.copyOf(input.getFloatData(), plane));
    return true;
  }
}
