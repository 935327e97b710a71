package com.baidu.paddle.lite;

/** As much of Paddle-Lite's class as the kit asks for. */
public class MobileConfig {
  String file;

  public void setModelFromFile(String file) {
    this.file = file;
  }

  public void setThreads(int threads) {}

  public void setPowerMode(PowerMode mode) {}
}
