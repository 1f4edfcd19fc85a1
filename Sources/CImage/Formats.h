// What the two formats share.

#ifndef CIMAGE_FORMATS_H
#define CIMAGE_FORMATS_H

#include "include/CImage.h"

CIStatus ci_status(CICode code, const char *message);

// EXIF's orientation, 1 to 8, from a TIFF structure of any content; 1 where there is none.
uint32_t ci_orientation(const uint8_t *tiff, size_t count);

// The weighted sum of red, green and blue that ITU-R BT.601 calls luma, in 16-bit fixed point.
static inline uint8_t ci_luma(uint32_t red, uint32_t green, uint32_t blue) {
    return (uint8_t)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}

CIStatus ci_jpeg_read_header(const uint8_t *bytes, size_t count, CIHeader *header);
CIStatus ci_jpeg_decode(const uint8_t *bytes, size_t count, CIRegion region, uint32_t channels, uint8_t *pixels);

CIStatus ci_png_read_header(const uint8_t *bytes, size_t count, CIHeader *header);
CIStatus ci_png_decode(const uint8_t *bytes, size_t count, CIRegion region, uint32_t channels, uint8_t *pixels);

#endif
