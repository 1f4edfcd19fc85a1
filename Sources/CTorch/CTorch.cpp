#include "Guarded.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/version.h>

#include <atomic>
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string>
#include <vector>

using ctorch::guarded;

namespace {

std::atomic<int64_t> live_tensors{0};

using Implementation = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

at::Tensor borrowed(CTTensor handle) {
    if (handle.pointer == nullptr) return at::Tensor();
    return at::Tensor(Implementation::reclaim_copy(static_cast<c10::TensorImpl *>(handle.pointer)));
}

c10::TensorImpl *implementation(CTTensor handle) {
    return static_cast<c10::TensorImpl *>(handle.pointer);
}

CTTensor owned(at::Tensor tensor) {
    if (!tensor.defined()) return CTTensor{nullptr};
    live_tensors.fetch_add(1, std::memory_order_relaxed);
    return CTTensor{tensor.unsafeReleaseTensorImpl()};
}

c10::Device device_from(CTDevice code) {
    const auto type = static_cast<c10::DeviceType>(code / 256);
    return c10::Device(type, type == c10::kCPU ? -1 : static_cast<c10::DeviceIndex>(code % 256));
}

CTDevice code_of(const c10::Device &device) {
    return static_cast<CTDevice>(device.type()) * 256 + (device.has_index() ? device.index() : 0);
}

at::Generator seeded_generator(CTDevice code, uint64_t seed) {
    const auto device = device_from(code);
    auto generator = device.is_cpu()
        ? at::detail::createCPUGenerator(seed)
        : at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(device.index());
    generator.set_current_seed(seed);
    return generator;
}

c10::IValue value_from(const CTValue &value, const CTArguments &all) {
    const auto begin = static_cast<size_t>(value.integer);
    const auto count = static_cast<size_t>(value.count);
    switch (value.tag) {
    case CTTagNone:
    case CTTagOmitted:
        return c10::IValue();
    case CTTagTensor:
        return c10::IValue(borrowed(value.tensor));
    case CTTagInteger:
        return c10::IValue(value.integer);
    case CTTagReal:
        return c10::IValue(value.real);
    case CTTagBoolean:
        return c10::IValue(value.integer != 0);
    case CTTagString:
        return c10::IValue(std::string(all.strings + begin, count));
    case CTTagIntegers:
        return c10::IValue(c10::List<int64_t>(c10::ArrayRef<int64_t>(all.integers + begin, count)));
    case CTTagReals:
        return c10::IValue(c10::List<double>(c10::ArrayRef<double>(all.reals + begin, count)));
    case CTTagBooleans: {
        c10::List<bool> list;
        list.reserve(count);
        for (size_t i = 0; i < count; ++i) list.push_back(all.integers[begin + i] != 0);
        return c10::IValue(std::move(list));
    }
    case CTTagTensors: {
        c10::List<at::Tensor> list;
        list.reserve(count);
        for (size_t i = 0; i < count; ++i) list.push_back(borrowed(all.tensors[begin + i]));
        return c10::IValue(std::move(list));
    }
    case CTTagOptionalTensors: {
        c10::List<std::optional<at::Tensor>> list;
        list.reserve(count);
        for (size_t i = 0; i < count; ++i) {
            auto tensor = borrowed(all.tensors[begin + i]);
            list.push_back(tensor.defined() ? std::optional<at::Tensor>(std::move(tensor)) : std::nullopt);
        }
        return c10::IValue(std::move(list));
    }
    case CTTagOptionalScalars: {
        c10::List<std::optional<at::Scalar>> list;
        list.reserve(count);
        for (size_t i = 0; i < count; ++i) list.push_back(at::Scalar(all.reals[begin + i]));
        return c10::IValue(std::move(list));
    }
    case CTTagDevice:
        return c10::IValue(device_from(static_cast<CTDevice>(value.integer)));
    case CTTagGenerator:
        return c10::IValue(seeded_generator(value.count, static_cast<uint64_t>(value.integer)));
    }
    TORCH_CHECK(false, "an argument has the unknown tag ", static_cast<int>(value.tag));
}

class Results {
  public:
    Results(CTValue *values, size_t capacity) : values_(values), capacity_(capacity) {}

    void add(c10::IValue &&value) {
        if (value.isTensorList()) {
            for (at::Tensor tensor : value.toTensorVector()) add_tensor(std::move(tensor));
        } else if (value.isTensor()) {
            add_tensor(std::move(value).toTensor());
        } else if (value.isInt()) {
            next(CTTagInteger).integer = value.toInt();
        } else if (value.isDouble()) {
            next(CTTagReal).real = value.toDouble();
        } else if (value.isBool()) {
            next(CTTagBoolean).integer = value.toBool();
        } else if (value.isScalar()) {
            add_scalar(value.toScalar());
        } else if (value.isNone()) {
            next(CTTagNone).integer = 0;
        } else {
            TORCH_CHECK(false, "a result of type ", value.tagKind(), " has no form in Swift");
        }
    }

    size_t count() const { return count_; }

  private:
    CTValue &next(CTTag tag) {
        TORCH_CHECK(count_ < capacity_, "more than ", capacity_, " results");
        CTValue &value = values_[count_++];
        value.tag = tag;
        value.count = 0;
        return value;
    }

    void add_tensor(at::Tensor &&tensor) {
        CTValue &value = next(tensor.defined() ? CTTagTensor : CTTagNone);
        value.tensor = owned(std::move(tensor));
    }

    void add_scalar(const at::Scalar &scalar) {
        if (scalar.isFloatingPoint()) {
            next(CTTagReal).real = scalar.toDouble();
        } else if (scalar.isBoolean()) {
            next(CTTagBoolean).integer = scalar.toBool();
        } else {
            next(CTTagInteger).integer = scalar.toLong();
        }
    }

    CTValue *values_;
    size_t capacity_;
    size_t count_ = 0;
};

} // namespace

void ct_message_free(char *message) { std::free(message); }

const char *ct_version_compiled(void) { return TORCH_VERSION; }

CTStatus ct_version_loaded(char **version) {
    return guarded([&] {
        // Headers and library may be of different versions; only the build's description comes from the library itself.
        const std::string text = at::show_config();
        const std::string key = "TORCH_VERSION=";
        const auto begin = text.find(key);
        TORCH_CHECK(begin != std::string::npos, "libtorch does not tell its version");
        const auto end = text.find(',', begin);
        *version = strdup(text.substr(begin + key.size(), end - begin - key.size()).c_str());
    });
}

CTStatus ct_operator_find(const char *name, const char *overload, CTOperator *result) {
    return guarded([&] {
        const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        TORCH_CHECK(found.has_value(), "libtorch ", TORCH_VERSION, " has no operator ", name, ".", overload);
        result->pointer = new c10::OperatorHandle(*found);
    });
}

bool ct_operator_exists(const char *name, const char *overload) {
    return c10::Dispatcher::singleton().findSchema({name, overload}).has_value();
}

CTStatus ct_operator_call(CTOperator callee, CTArguments arguments, CTValue *results, size_t capacity, size_t *count) {
    return guarded([&] {
        const auto &handle = *static_cast<const c10::OperatorHandle *>(callee.pointer);
        const auto &parameters = handle.schema().arguments();
        TORCH_CHECK(arguments.count <= parameters.size(), "got ", arguments.count, " arguments for ", handle.schema());
        torch::jit::Stack stack;
        stack.reserve(parameters.size());
        for (size_t i = 0; i < parameters.size(); ++i) {
            const bool omitted = i >= arguments.count || arguments.values[i].tag == CTTagOmitted;
            if (!omitted) {
                stack.push_back(value_from(arguments.values[i], arguments));
                continue;
            }
            TORCH_CHECK(parameters[i].default_value().has_value(), "no value for '", parameters[i].name(), "' of ",
                        handle.schema());
            stack.push_back(*parameters[i].default_value());
        }
        handle.callBoxed(&stack);
        Results converted(results, capacity);
        for (auto &value : stack) converted.add(std::move(value));
        *count = converted.count();
    });
}

void ct_tensor_release(CTTensor tensor) {
    if (tensor.pointer == nullptr) return;
    live_tensors.fetch_sub(1, std::memory_order_relaxed);
    Implementation::reclaim(implementation(tensor));
}

int64_t ct_tensor_live_count(void) { return live_tensors.load(std::memory_order_relaxed); }

CTStatus ct_tensor_from_bytes(const void *bytes, size_t count, const int64_t *sizes, size_t rank, int32_t dtype,
                              CTTensor *result) {
    return guarded([&] {
        const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
        auto tensor = at::empty(at::IntArrayRef(sizes, rank), options);
        TORCH_CHECK(tensor.nbytes() == count, "the shape needs ", tensor.nbytes(), " bytes, got ", count);
        if (count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, count);
        *result = owned(std::move(tensor));
    });
}

CTStatus ct_tensor_to_bytes(CTTensor handle, void *bytes, size_t count) {
    return guarded([&] {
        const auto tensor = borrowed(handle).detach().to(at::kCPU).contiguous();
        TORCH_CHECK(tensor.nbytes() == count, "the tensor has ", tensor.nbytes(), " bytes, room is for ", count);
        if (count > 0) std::memcpy(bytes, tensor.const_data_ptr(), count);
    });
}

int64_t ct_tensor_rank(CTTensor tensor) { return implementation(tensor)->dim(); }
int64_t ct_tensor_size(CTTensor tensor, int64_t dimension) { return implementation(tensor)->sizes()[dimension]; }
int64_t ct_tensor_stride(CTTensor tensor, int64_t dimension) { return implementation(tensor)->strides()[dimension]; }
int32_t ct_tensor_dtype(CTTensor tensor) {
    return static_cast<int32_t>(c10::typeMetaToScalarType(implementation(tensor)->dtype()));
}
CTDevice ct_tensor_device(CTTensor tensor) { return code_of(implementation(tensor)->device()); }
bool ct_tensor_is_contiguous(CTTensor tensor, int32_t memory_format) {
    return implementation(tensor)->is_contiguous(static_cast<at::MemoryFormat>(memory_format));
}
bool ct_tensor_shares_storage(CTTensor left, CTTensor right) {
    return borrowed(left).is_alias_of(borrowed(right));
}

bool ct_tensor_requires_gradient(CTTensor tensor) { return implementation(tensor)->requires_grad(); }
CTStatus ct_tensor_set_requires_gradient(CTTensor tensor, bool value) {
    return guarded([&] { borrowed(tensor).requires_grad_(value); });
}
CTStatus ct_tensor_gradient(CTTensor tensor, CTTensor *result) {
    return guarded([&] { *result = owned(borrowed(tensor).grad()); });
}
CTStatus ct_tensor_set_gradient(CTTensor tensor, CTTensor gradient) {
    return guarded([&] { borrowed(tensor).mutable_grad() = borrowed(gradient); });
}

bool ct_gradients_enabled(void) { return at::GradMode::is_enabled(); }
void ct_gradients_set_enabled(bool value) { at::GradMode::set_enabled(value); }

bool ct_autocast_enabled(CTDevice device) { return at::autocast::is_autocast_enabled(device_from(device).type()); }
int32_t ct_autocast_dtype(CTDevice device) {
    return static_cast<int32_t>(at::autocast::get_autocast_dtype(device_from(device).type()));
}
CTStatus ct_autocast_set(CTDevice device, bool enabled, int32_t dtype) {
    return guarded([&] {
        const auto type = device_from(device).type();
        at::autocast::set_autocast_enabled(type, enabled);
        at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
    });
}
void ct_autocast_enter(void) { at::autocast::increment_nesting(); }
void ct_autocast_leave(void) {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

int32_t ct_thread_count(void) { return at::get_num_threads(); }
void ct_set_thread_count(int32_t count) { at::set_num_threads(count); }

void ct_keep_memory(void) {
    // Read by libtorch's allocator at its first large tensor.
    setenv("THP_MEM_ALLOC_ENABLE", "1", 0);
#ifdef __GLIBC__
    // Blocks of up to the greatest threshold that there is come from the heap, and the heap is not given back piecemeal.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

int32_t ct_accelerator_count(CTDevice device_type) {
    int32_t count = 0;
    const auto type = device_from(device_type).type();
    const auto outcome = guarded([&] {
        if (type == c10::kCUDA) count = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
        if (type == c10::kMPS) count = at::detail::getMPSHooks().hasMPS() ? 1 : 0;
    });
    ct_message_free(outcome.message);
    return outcome.code == CTCodeSuccess ? count : 0;
}

CTStatus ct_accelerator_synchronize(CTDevice device) {
    return guarded([&] {
        const auto type = device_from(device).type();
        if (type == c10::kCUDA) at::detail::getCUDAHooks().deviceSynchronize(device_from(device).index());
        if (type == c10::kMPS) at::detail::getMPSHooks().deviceSynchronize();
    });
}

const char *ct_processor_capability(void) {
    static const std::string name = at::get_cpu_capability();
    return name.c_str();
}

bool ct_processor_has_bfloat16(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

bool ct_accelerator_has_bfloat16(void) {
    try {
        return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
    } catch (const std::exception &) {
        // Without a GPU there is nothing to ask.
        return false;
    }
}
