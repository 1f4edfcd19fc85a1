// JPEG and PNG from memory to rows of bytes. Every entry returns a status by value; nothing is kept between calls.

#ifndef CIMAGE_H
#define CIMAGE_H

#include <stddef.h>
#include <stdint.h>

#define CI_CHECKED __attribute__((warn_unused_result))

typedef enum {
    CICodeSuccess = 0,
    CICodeNotAnImage,
    CICodeTruncated,
    CICodeDamaged,
    CICodeUnsupported,
    CICodeOutOfMemory,
} CICode;

// The outcome of a call. `message` is null on success, and may be null otherwise; the caller frees it with ci_message_free.
typedef struct {
    CICode code;
    char *message;
} CIStatus;

typedef enum {
    CIFormatJPEG = 1,
    CIFormatPNG = 2,
} CIFormat;

// What the file says before its pixels. The size is that of the stored image, before the orientation is applied.
typedef struct {
    CIFormat format;
    uint32_t width;
    uint32_t height;
    // Stored channels: 1 grey, 2 grey and alpha, 3 colour (a palette too), 4 colour and alpha, or cyan to black in a JPEG.
    uint32_t components;
    // EXIF's orientation, 1 to 8; 1 where there is none.
    uint32_t orientation;
} CIHeader;

// A part of the stored image.
typedef struct {
    uint32_t top;
    uint32_t left;
    uint32_t height;
    uint32_t width;
} CIRegion;

void ci_message_free(char *message);

// Reads what stands before the pixels; memory does not grow with the size that is promised there.
CI_CHECKED CIStatus ci_read_header(const uint8_t *bytes, size_t count, CIHeader *header);

// Decodes a region that lies within the image into `pixels`, [height, width, channels] without gaps; 1 channel is grey, 3 are
// red, green and blue. What lies behind the region in the file is not read, so that its damage is not seen.
CI_CHECKED CIStatus ci_decode(
    const uint8_t *bytes, size_t count, CIFormat format, CIRegion region, uint32_t channels, uint8_t *pixels);

#endif
