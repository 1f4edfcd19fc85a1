#include "Formats.h"

#include <stdlib.h>
#include <string.h>

CIStatus ci_status(CICode code, const char *message) {
    return (CIStatus){code, message ? strdup(message) : NULL};
}

void ci_message_free(char *message) { free(message); }

CIStatus ci_read_header(const uint8_t *bytes, size_t count, CIHeader *header) {
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF};
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    if (count >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0) {
        return ci_jpeg_read_header(bytes, count, header);
    }
    if (count >= sizeof png && memcmp(bytes, png, sizeof png) == 0) {
        return ci_png_read_header(bytes, count, header);
    }
    return ci_status(CICodeNotAnImage, NULL);
}

CIStatus ci_decode(
    const uint8_t *bytes, size_t count, CIFormat format, CIRegion region, uint32_t channels, uint8_t *pixels) {
    return format == CIFormatJPEG ? ci_jpeg_decode(bytes, count, region, channels, pixels)
                                  : ci_png_decode(bytes, count, region, channels, pixels);
}
