#include "shapes.h"

double shapes_circle_area(double radius) { return 3.14159265358979 * radius * radius; }
