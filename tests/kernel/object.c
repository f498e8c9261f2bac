#include "harness.h"
const struct kernel_test object_tests[] = {{0, 0}};
