package com.baidu.paddle.lite;

/** As much of Paddle-Lite's class as the kit asks for. */
public class Tensor {
  long[] shape;
  float[] values;

  public boolean resize(long[] shape) {
    this.shape = shape;
    return true;
  }

  public boolean setData(float[] values) {
    this.values = values;
    return true;
  }

  public float[] getFloatData() {
    return values;
  }

  public long[] shape() {
    return shape;
  }
}
