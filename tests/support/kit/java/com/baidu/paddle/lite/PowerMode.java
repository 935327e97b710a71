package com.baidu.paddle.lite;

public enum PowerMode {
  LITE_POWER_NO_BIND
}
