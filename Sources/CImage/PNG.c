#include "Formats.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// Chunks beside the pixels: none that is kept may be larger, and no more of them are kept.
enum { largest_chunk = 8 << 20, most_chunks = 128 };

typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *next;
    size_t left;
    uint8_t *rows;
    png_bytepp pointers;
    jmp_buf failed;
    CICode code;
    char message[200];
} Decoder;

static void fail(png_structp png, png_const_charp message) {
    Decoder *decoder = png_get_error_ptr(png);
    if (decoder->code == CICodeSuccess) decoder->code = CICodeDamaged;
    snprintf(decoder->message, sizeof decoder->message, "%s", message);
    longjmp(decoder->failed, 1);
}

static void say_nothing(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep output, size_t count) {
    Decoder *decoder = png_get_io_ptr(png);
    if (count > decoder->left) {
        decoder->code = CICodeTruncated;
        png_error(png, "the end of the file");
    }
    memcpy(output, decoder->next, count);
    decoder->next += count;
    decoder->left -= count;
}

static void *memory(Decoder *decoder, size_t count, size_t size) {
    void *result = calloc(count, size);
    if (!result) {
        decoder->code = CICodeOutOfMemory;
        png_error(decoder->png, "no memory for the image");
    }
    return result;
}

// To be called after setjmp: each step may fail.
static void open_image(Decoder *decoder, const uint8_t *bytes, size_t count) {
    decoder->next = bytes;
    decoder->left = count;
    decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, fail, say_nothing);
    decoder->info = decoder->png ? png_create_info_struct(decoder->png) : NULL;
    if (!decoder->info) {
        decoder->code = CICodeOutOfMemory;
        longjmp(decoder->failed, 1);
    }
    png_structp png = decoder->png;
    png_set_read_fn(png, decoder, read_bytes);
    // The caller has its own limit of pixels; only libpng's of a side is in its way.
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, largest_chunk);
    png_set_chunk_cache_max(png, most_chunks);
    // Texts and profiles are not even decompressed.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, decoder->info);
}

static CIStatus close_image(Decoder *decoder) {
    png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
    free(decoder->rows);
    free(decoder->pointers);
    return ci_status(decoder->code, decoder->code == CICodeSuccess ? NULL : decoder->message);
}

static uint32_t components_of(const Decoder *decoder) {
    const int type = png_get_color_type(decoder->png, decoder->info);
    const int has_alpha = type & PNG_COLOR_MASK_ALPHA || png_get_valid(decoder->png, decoder->info, PNG_INFO_tRNS);
    return (type & PNG_COLOR_MASK_COLOR ? 3 : 1) + (has_alpha ? 1 : 0);
}

// The chunk may stand on either side of the pixels, where libpng would come to it only by decoding them.
static uint32_t orientation_of(const uint8_t *bytes, size_t count) {
    enum { signature = 8, around = 12 };
    for (size_t place = signature; place <= count && count - place >= around;) {
        const uint8_t *chunk = bytes + place;
        const size_t size = (size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3];
        if (size > count - place - around) return 1;
        if (memcmp(chunk + 4, "eXIf", 4) == 0) return ci_orientation(chunk + 8, size);
        place += around + size;
    }
    return 1;
}

// The callers own the decoder: after a jump, what changed in locals of the function that called setjmp would be lost.
static void read_header(Decoder *decoder, const uint8_t *bytes, size_t count, CIHeader *header) {
    if (setjmp(decoder->failed) != 0) return;
    open_image(decoder, bytes, count);
    *header = (CIHeader){
        .format = CIFormatPNG,
        .width = png_get_image_width(decoder->png, decoder->info),
        .height = png_get_image_height(decoder->png, decoder->info),
        .components = components_of(decoder),
        .orientation = orientation_of(bytes, count),
    };
}

CIStatus ci_png_read_header(const uint8_t *bytes, size_t count, CIHeader *header) {
    Decoder decoder = {0};
    read_header(&decoder, bytes, count, header);
    return close_image(&decoder);
}

// A row as it comes, 1 or 3 bytes a pixel, into one of 1 or 3.
static void convert(const uint8_t *row, uint32_t width, uint32_t stored, uint32_t channels, uint8_t *pixels) {
    if (stored == channels) {
        memcpy(pixels, row, (size_t)width * channels);
        return;
    }
    for (uint32_t column = 0; column < width; column++, row += 3) {
        pixels[column] = ci_luma(row[0], row[1], row[2]);
    }
}

// To be called after setjmp: each step may fail.
static void read_region(Decoder *decoder, CIRegion region, uint32_t channels, uint8_t *pixels) {
    png_structp png = decoder->png;
    const int type = png_get_color_type(png, decoder->info);
    const uint32_t height = png_get_image_height(png, decoder->info);
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (channels == 3 && !(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, decoder->info);

    const uint32_t stored = png_get_channels(png, decoder->info);
    const size_t stride = png_get_rowbytes(png, decoder->info);
    const size_t row_size = (size_t)region.width * channels;
    const size_t offset = (size_t)region.left * stored;
    if (passes == 1) {
        decoder->rows = memory(decoder, 1, stride);
        for (uint32_t row = 0; row < region.top + region.height; row++) {
            png_read_row(png, decoder->rows, NULL);
            if (row < region.top) continue;
            convert(decoder->rows + offset, region.width, stored, channels, pixels);
            pixels += row_size;
        }
    } else {
        decoder->rows = memory(decoder, height, stride);
        decoder->pointers = memory(decoder, height, sizeof(png_bytep));
        for (uint32_t row = 0; row < height; row++) decoder->pointers[row] = decoder->rows + row * stride;
        png_read_image(png, decoder->pointers);
        for (uint32_t row = 0; row < region.height; row++, pixels += row_size) {
            convert(decoder->pointers[region.top + row] + offset, region.width, stored, channels, pixels);
        }
    }
    // The checksum of the last pixels and the mark of the end.
    if (region.top + region.height == height) png_read_end(png, NULL);
}

static void decode(
    Decoder *decoder, const uint8_t *bytes, size_t count, CIRegion region, uint32_t channels, uint8_t *pixels) {
    if (setjmp(decoder->failed) != 0) return;
    open_image(decoder, bytes, count);
    read_region(decoder, region, channels, pixels);
}

CIStatus ci_png_decode(const uint8_t *bytes, size_t count, CIRegion region, uint32_t channels, uint8_t *pixels) {
    Decoder decoder = {0};
    decode(&decoder, bytes, count, region, channels, pixels);
    return close_image(&decoder);
}
