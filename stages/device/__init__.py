"""What runs on a device, or on an emulated one: a small C++ program, and how it is made and talked to."""
