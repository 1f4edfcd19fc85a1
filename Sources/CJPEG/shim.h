#ifndef CJPEG_SHIM_H
#define CJPEG_SHIM_H

// jpeglib.h needs FILE and size_t, and does not declare them itself.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#endif
