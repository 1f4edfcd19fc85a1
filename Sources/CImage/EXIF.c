#include "Formats.h"

#include <stdbool.h>
#include <string.h>

static uint32_t number(const uint8_t *bytes, size_t size, bool big_endian) {
    uint32_t value = 0;
    for (size_t index = 0; index < size; index++) {
        value |= (uint32_t)bytes[index] << 8 * (big_endian ? size - 1 - index : index);
    }
    return value;
}

uint32_t ci_orientation(const uint8_t *tiff, size_t count) {
    enum { header_size = 8, entry_size = 12, orientation_tag = 0x0112, type_short = 3, type_long = 4 };
    if (count < header_size) return 1;
    const bool big_endian = memcmp(tiff, "MM", 2) == 0;
    if (!big_endian && memcmp(tiff, "II", 2) != 0) return 1;
    if (number(tiff + 2, 2, big_endian) != 42) return 1;
    const size_t directory = number(tiff + 4, 4, big_endian);
    if (directory > count - 2) return 1;
    const size_t entries = number(tiff + directory, 2, big_endian);
    for (size_t index = 0; index < entries; index++) {
        const size_t start = directory + 2 + index * entry_size;
        if (start + entry_size > count) return 1;
        const uint8_t *entry = tiff + start;
        if (number(entry, 2, big_endian) != orientation_tag) continue;
        const uint32_t type = number(entry + 2, 2, big_endian);
        if (type != type_short && type != type_long) return 1;
        const uint32_t value = number(entry + 8, type == type_short ? 2 : 4, big_endian);
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}
