// The only door to libtorch. Every entry returns a status by value; handles are one-pointer structs of their own.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CT_CHECKED __attribute__((warn_unused_result))

typedef enum {
    CTCodeSuccess = 0,
    CTCodeFailure = 1,
    CTCodeOutOfMemory = 2,
    CTCodeConnection = 3, // to the other processes of a group
} CTCode;

// The outcome of a call. `message` is null on success; otherwise the caller owns it and frees it with ct_message_free.
typedef struct {
    CTCode code;
    char *message;
} CTStatus;

// A counted reference to a tensor; null is the undefined tensor.
typedef struct {
    void *pointer;
} CTTensor;

// An operator of the dispatcher; it lives as long as the process.
typedef struct {
    const void *pointer;
} CTOperator;

typedef enum {
    CTTagNone = 0,
    CTTagOmitted,         // the schema's default
    CTTagTensor,          // tensor
    CTTagInteger,         // integer; also dtypes, layouts and memory formats
    CTTagReal,            // real
    CTTagBoolean,         // integer
    CTTagString,          // `count` bytes from `integer` in the strings
    CTTagIntegers,        // `count` values from `integer` in the integers
    CTTagReals,           // `count` values from `integer` in the reals
    CTTagBooleans,        // `count` values from `integer` in the integers
    CTTagTensors,         // `count` values from `integer` in the tensors
    CTTagOptionalTensors, // likewise, null is None
    CTTagOptionalScalars, // `count` values from `integer` in the reals, none of them None
    CTTagDevice,          // integer: CTDevice
    CTTagGenerator,       // a new generator with the seed `integer` on the device `count`
} CTTag;

// One argument or result. Lists lie in side buffers, so that nothing here points into memory that could move.
typedef struct {
    CTTag tag;
    int32_t count;
    union {
        int64_t integer;
        double real;
        CTTensor tensor;
    };
} CTValue;

typedef struct {
    const CTValue *values;
    size_t count;
    const int64_t *integers;
    const double *reals;
    const CTTensor *tensors;
    const char *strings;
} CTArguments;

// A counted reference to a store, where the processes of a group meet.
typedef struct {
    void *pointer;
} CTStore;

// A counted reference to a group of processes.
typedef struct {
    void *pointer;
} CTGroup;

// Averages the gradients of parameters over the processes of a group while the backward pass goes on.
typedef struct {
    void *pointer;
} CTReducer;

// Devices as one number: the c10::DeviceType times 256, plus the index.
typedef int32_t CTDevice;

void ct_message_free(char *message);

// The version that the headers were of, and the one that is loaded.
const char *ct_version_compiled(void);
CT_CHECKED CTStatus ct_version_loaded(char **version);

CT_CHECKED CTStatus ct_operator_find(const char *name, const char *overload, CTOperator *result);
bool ct_operator_exists(const char *name, const char *overload);

// Calls an operator. At most `capacity` results are stored, each owned by the caller; a list of tensors is stored flat.
CT_CHECKED CTStatus ct_operator_call(CTOperator callee, CTArguments arguments, CTValue *results, size_t capacity,
                                     size_t *count);

void ct_tensor_release(CTTensor tensor);
int64_t ct_tensor_live_count(void);
CT_CHECKED CTStatus ct_tensor_from_bytes(const void *bytes, size_t count, const int64_t *sizes, size_t rank,
                                         int32_t dtype, CTTensor *result);
CT_CHECKED CTStatus ct_tensor_to_bytes(CTTensor tensor, void *bytes, size_t count);
int64_t ct_tensor_rank(CTTensor tensor);
int64_t ct_tensor_size(CTTensor tensor, int64_t dimension);
int64_t ct_tensor_stride(CTTensor tensor, int64_t dimension);
int32_t ct_tensor_dtype(CTTensor tensor);
CTDevice ct_tensor_device(CTTensor tensor);
bool ct_tensor_is_contiguous(CTTensor tensor, int32_t memory_format);
bool ct_tensor_shares_storage(CTTensor left, CTTensor right);

bool ct_tensor_requires_gradient(CTTensor tensor);
CT_CHECKED CTStatus ct_tensor_set_requires_gradient(CTTensor tensor, bool value);
CT_CHECKED CTStatus ct_tensor_gradient(CTTensor tensor, CTTensor *result);
CT_CHECKED CTStatus ct_tensor_set_gradient(CTTensor tensor, CTTensor gradient);

bool ct_gradients_enabled(void);
void ct_gradients_set_enabled(bool value);

bool ct_autocast_enabled(CTDevice device);
int32_t ct_autocast_dtype(CTDevice device);
CT_CHECKED CTStatus ct_autocast_set(CTDevice device, bool enabled, int32_t dtype);
void ct_autocast_enter(void);
void ct_autocast_leave(void);

int32_t ct_thread_count(void);
void ct_set_thread_count(int32_t count);
void ct_keep_memory(void);
int32_t ct_accelerator_count(CTDevice device_type);
CT_CHECKED CTStatus ct_accelerator_synchronize(CTDevice device);
const char *ct_processor_capability(void);
bool ct_processor_has_bfloat16(void);

// Whether the GPU multiplies bfloat16 in hardware, as those of compute capability 8 and above.
bool ct_accelerator_has_bfloat16(void);

// Opens the store at a host and port, serving it too or not; port 0 asks for a free one. Times are in seconds.
CT_CHECKED CTStatus ct_store_open(const char *host, uint16_t port, bool serves, double timeout, CTStore *result);
// Another connection to the same store, for another thread.
CT_CHECKED CTStatus ct_store_copy(CTStore store, CTStore *result);
uint16_t ct_store_port(CTStore store);
CT_CHECKED CTStatus ct_store_set(CTStore store, const char *key, const char *bytes, size_t count);
// Waits for a key; the caller frees the bytes with ct_message_free.
CT_CHECKED CTStatus ct_store_get(CTStore store, const char *key, double timeout, char **bytes, size_t *count);
CT_CHECKED CTStatus ct_store_has(CTStore store, const char *key, bool *result);
void ct_store_release(CTStore store);

// Joins the group `name` of `size` processes, reachable at `address`; operators find the group by its name, as
// long as the reference is held.
CT_CHECKED CTStatus ct_group_join(CTStore store, const char *name, int32_t rank, int32_t size, const char *address,
                                  double timeout, CTGroup *result);
void ct_group_release(CTGroup group);

CT_CHECKED CTStatus ct_reducer_create(const CTTensor *parameters, size_t count, const char *group, CTReducer *result);
// Before each backward pass, with the tensors that it begins from.
CT_CHECKED CTStatus ct_reducer_prepare(CTReducer reducer, const CTTensor *outputs, size_t count);
void ct_reducer_release(CTReducer reducer);

#ifdef __cplusplus
}
#endif

#endif
