"""The screens, a file each. They show and steer; what they know comes from ``tui.backend``."""
