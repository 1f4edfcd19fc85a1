#include "Layout.h"

#include <algorithm>
#include <cstdlib>

void cp_message_free(char *message) { std::free(message); }

CPStatus cp_layout_run(CPLayout *layout, int32_t iterations) {
    return cprojection::guarded([&] { layout->run(iterations); });
}

void cp_layout_points(const CPLayout *layout, float *points) {
    std::copy(layout->points.begin(), layout->points.end(), points);
}

void cp_layout_free(CPLayout *layout) { delete layout; }
