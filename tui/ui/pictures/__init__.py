"""Looking at pictures: one on the whole screen, or all of them in a grid."""
