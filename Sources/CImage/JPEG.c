#include "Formats.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// The most scans that a progressive file may have: encoders write about ten, and each costs the time of a whole image.
enum { most_scans = 500 };

// Columns decoded beyond a region, so that the interpolation of colour at its edges sees the same neighbours as in the whole.
enum { margin = 8 };

typedef struct {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    CICode code;
    char message[JMSG_LENGTH_MAX];
} Decoder;

static Decoder *decoder_of(j_common_ptr info) { return (Decoder *)info->client_data; }

static void fail(j_common_ptr info) {
    Decoder *decoder = decoder_of(info);
    switch (info->err->msg_code) {
    case JERR_INPUT_EOF: decoder->code = CICodeTruncated; break;
    case JERR_OUT_OF_MEMORY: decoder->code = CICodeOutOfMemory; break;
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: decoder->code = CICodeUnsupported; break;
    default: decoder->code = CICodeDamaged;
    }
    info->err->format_message(info, decoder->message);
    longjmp(decoder->failed, 1);
}

// A level below 0 tells of damaged data. Where it would be filled up with grey or noise, it is an error.
static void judge(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC: fail(info);
    default: break;
    }
}

static void say_nothing(j_common_ptr info) { (void)info; }

static void count_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number > most_scans) {
        Decoder *decoder = decoder_of(info);
        decoder->code = CICodeUnsupported;
        snprintf(decoder->message, sizeof decoder->message, "it has more than %d scans", most_scans);
        longjmp(decoder->failed, 1);
    }
}

static void start_source(j_decompress_ptr info) { (void)info; }

static boolean end_of_bytes(j_decompress_ptr info) {
    ERREXIT(info, JERR_INPUT_EOF);
    return FALSE;
}

static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if ((size_t)count > info->src->bytes_in_buffer) ERREXIT(info, JERR_INPUT_EOF);
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= (size_t)count;
}

// To be called after setjmp: each step may fail.
static void open_image(Decoder *decoder, const uint8_t *bytes, size_t count) {
    jpeg_create_decompress(&decoder->info);
    decoder->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = count,
        .init_source = start_source,
        .fill_input_buffer = end_of_bytes,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = start_source,
    };
    decoder->progress.progress_monitor = count_scans;
    decoder->info.src = &decoder->source;
    decoder->info.progress = &decoder->progress;
    jpeg_save_markers(&decoder->info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&decoder->info, TRUE);
}

static void prepare(Decoder *decoder) {
    memset(decoder, 0, sizeof *decoder);
    decoder->info.err = jpeg_std_error(&decoder->errors);
    decoder->info.client_data = decoder;
    decoder->errors.error_exit = fail;
    decoder->errors.emit_message = judge;
    decoder->errors.output_message = say_nothing;
}

static CIStatus close_image(Decoder *decoder) {
    jpeg_destroy_decompress(&decoder->info);
    return ci_status(decoder->code, decoder->code == CICodeSuccess ? NULL : decoder->message);
}

static uint32_t orientation_of(const struct jpeg_decompress_struct *info) {
    static const char mark[] = "Exif\0";
    for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
        if (marker->data_length >= sizeof mark && memcmp(marker->data, mark, sizeof mark) == 0) {
            return ci_orientation(marker->data + sizeof mark, marker->data_length - sizeof mark);
        }
    }
    return 1;
}

// The callers own the decoder: after a jump, what changed in locals of the function that called setjmp would be lost.
static void read_header(Decoder *decoder, const uint8_t *bytes, size_t count, CIHeader *header) {
    if (setjmp(decoder->failed) != 0) return;
    open_image(decoder, bytes, count);
    *header = (CIHeader){
        .format = CIFormatJPEG,
        .width = decoder->info.image_width,
        .height = decoder->info.image_height,
        .components = (uint32_t)decoder->info.num_components,
        .orientation = orientation_of(&decoder->info),
    };
}

CIStatus ci_jpeg_read_header(const uint8_t *bytes, size_t count, CIHeader *header) {
    Decoder decoder;
    prepare(&decoder);
    read_header(&decoder, bytes, count, header);
    return close_image(&decoder);
}

// Inks as Adobe stores them, 255 for none, to light: what passes the black ink, times what passes each other ink.
static void inks_to_light(const uint8_t *inks, uint32_t width, uint32_t channels, uint8_t *pixels) {
    for (uint32_t column = 0; column < width; column++, inks += 4, pixels += channels) {
        uint8_t light[3];
        for (int ink = 0; ink < 3; ink++) {
            const uint32_t product = (255u - inks[ink]) * inks[3] + 128;
            light[ink] = (uint8_t)(inks[3] - ((product + (product >> 8)) >> 8));
        }
        if (channels == 3) {
            memcpy(pixels, light, 3);
        } else {
            *pixels = ci_luma(light[0], light[1], light[2]);
        }
    }
}

// To be called after setjmp: each step may fail.
static void read_region(Decoder *decoder, CIRegion region, uint32_t channels, uint8_t *pixels) {
    j_decompress_ptr info = &decoder->info;
    const boolean has_inks = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = has_inks ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    info->dct_method = JDCT_ISLOW;
    info->do_fancy_upsampling = TRUE;
    // Smoothing guesses what a progressive file's missing scans would have held, from neighbours that a region may not have: a part would
    // differ from the same part of the whole.
    info->do_block_smoothing = FALSE;
    jpeg_start_decompress(info);

    JDIMENSION first = 0;
    if (region.width < info->output_width) {
        first = region.left > margin ? region.left - margin : 0;
        const JDIMENSION room = info->output_width - first;
        const JDIMENSION wanted = region.left - first + region.width + margin;
        JDIMENSION width = wanted < room ? wanted : room;
        jpeg_crop_scanline(info, &first, &width);
    }
    const size_t row_size = (size_t)region.width * channels;
    const boolean is_direct = !has_inks && info->output_width == region.width;
    JSAMPARRAY row = is_direct ? NULL
                               : info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE,
                                     info->output_width * (JDIMENSION)info->output_components, 1);
    if (region.top > 0) jpeg_skip_scanlines(info, region.top);
    for (uint32_t index = 0; index < region.height; index++, pixels += row_size) {
        JSAMPROW target = is_direct ? pixels : row[0];
        jpeg_read_scanlines(info, &target, 1);
        if (is_direct) continue;
        const uint8_t *start = target + (size_t)(region.left - first) * (size_t)info->output_components;
        if (has_inks) {
            inks_to_light(start, region.width, channels, pixels);
        } else {
            memcpy(pixels, start, row_size);
        }
    }
    // Reads on to the mark of the image's end, so that a file cut just before it is told.
    if (info->output_scanline == info->output_height) jpeg_finish_decompress(info);
}

static void decode(
    Decoder *decoder, const uint8_t *bytes, size_t count, CIRegion region, uint32_t channels, uint8_t *pixels) {
    if (setjmp(decoder->failed) != 0) return;
    open_image(decoder, bytes, count);
    read_region(decoder, region, channels, pixels);
}

CIStatus ci_jpeg_decode(const uint8_t *bytes, size_t count, CIRegion region, uint32_t channels, uint8_t *pixels) {
    Decoder decoder;
    prepare(&decoder);
    decode(&decoder, bytes, count, region, channels, pixels);
    return close_image(&decoder);
}
