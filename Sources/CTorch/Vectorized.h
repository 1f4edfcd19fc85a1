// Loops compiled for several instruction sets and chosen when the program runs, since a distributed build targets the
// oldest processor.

#pragma once

#include <cstdint>
#include <cstring>

#define CTORCH_INLINE __attribute__((always_inline)) static inline

#if defined(__x86_64__)
#define CTORCH_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"), min_vector_width(512)))
#define CTORCH_AVX2 __attribute__((target("avx2,fma")))

namespace ctorch {

inline int instruction_level() {
    static const int level = [] {
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return 2;
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
    }();
    return level;
}

} // namespace ctorch

// Defines `name`, which calls the inline function `body` compiled for the best instruction set there is.
#define CTORCH_VECTORIZED(name, body, parameters, arguments)                                                            \
    CTORCH_AVX512 static void name##_avx512 parameters { body arguments; }                                              \
    CTORCH_AVX2 static void name##_avx2 parameters { body arguments; }                                                  \
    static void name##_plain parameters { body arguments; }                                                             \
    static void name parameters {                                                                                       \
        switch (ctorch::instruction_level()) {                                                                          \
        case 2: return name##_avx512 arguments;                                                                         \
        case 1: return name##_avx2 arguments;                                                                           \
        default: return name##_plain arguments;                                                                         \
        }                                                                                                               \
    }
#else
#define CTORCH_VECTORIZED(name, body, parameters, arguments)                                                            \
    static void name parameters { body arguments; }
#endif

namespace ctorch {

// bfloat16 as the upper half of a float; plain integer code, so that every compiler vectorises it.
struct BFloat16 {
    uint16_t bits;
};

CTORCH_INLINE float load(const float *p) { return *p; }

CTORCH_INLINE float load(const BFloat16 *p) {
    const uint32_t word = static_cast<uint32_t>(p->bits) << 16;
    float value;
    std::memcpy(&value, &word, sizeof value);
    return value;
}

CTORCH_INLINE void store(float *p, float value) { *p = value; }

// Rounds to nearest, ties to even; keeps not-a-number what it is.
CTORCH_INLINE void store(BFloat16 *p, float value) {
    uint32_t word;
    std::memcpy(&word, &value, sizeof word);
    const uint32_t rounded = (word + 0x7FFF + ((word >> 16) & 1)) >> 16;
    p->bits = static_cast<uint16_t>(value == value ? rounded : (word >> 16) | 0x40);
}

} // namespace ctorch
