#pragma once

#ifdef __cplusplus
extern "C"
#endif
double shapes_circle_area(double radius);
