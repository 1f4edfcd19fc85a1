// Processes that compute together, by libtorch's own means: its store to meet in, its group of processes over Gloo, and the
// reducer of its distributed data parallel training.

#include "Collectives.h"
#include "Guarded.h"

#define USE_C10D_GLOO
#include <c10/util/Flags.h>
#include <torch/csrc/distributed/c10d/GroupRegistry.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>
#include <torch/library.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

using ctorch::guarded;

C10_DECLARE_int(caffe2_log_level);

namespace {

// What libtorch logs of connections, with its own traces, is told again by the status of the call.
constexpr int only_fatal = 3;

// The bytes of gradients that are sent together: little first, so that sending begins early. PyTorch's own choice.
constexpr int64_t first_bucket_bytes = 1 << 20;
constexpr int64_t bucket_bytes = 25 << 20;

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

c10d::Store &store_of(CTStore store) { return *static_cast<c10d::Store *>(store.pointer); }

c10::intrusive_ptr<c10d::Store> shared(CTStore store) {
    return c10::intrusive_ptr<c10d::Store>::reclaim_copy(static_cast<c10d::Store *>(store.pointer));
}

CTStore owned(c10::intrusive_ptr<c10d::Store> store) { return CTStore{store.release()}; }

std::vector<at::Tensor> borrowed(const CTTensor *handles, size_t count) {
    using Implementation = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;
    std::vector<at::Tensor> result;
    for (size_t i = 0; i < count; ++i) {
        result.emplace_back(Implementation::reclaim_copy(static_cast<c10::TensorImpl *>(handles[i].pointer)));
    }
    return result;
}

// Versions of libtorch differ in the last parameters, all of which have values that change nothing.
template <class... Arguments> c10d::Reducer *make_reducer(Arguments &&...first) {
    using Bytes = std::vector<int64_t>;
    if constexpr (std::is_constructible_v<c10d::Reducer, Arguments..., bool, bool, Bytes>) {
        return new c10d::Reducer(std::forward<Arguments>(first)..., false, false, Bytes());
    } else if constexpr (std::is_constructible_v<c10d::Reducer, Arguments..., bool, bool>) {
        return new c10d::Reducer(std::forward<Arguments>(first)..., false, false);
    } else {
        return new c10d::Reducer(std::forward<Arguments>(first)...);
    }
}

// Drops what the reducer says of the strides of dimensions of size 1, which mean nothing, and hands on all else.
class ReducerWarnings : public c10::WarningHandler {
  public:
    void process(const c10::Warning &warning) override {
        if (std::strstr(warning.source_location().file, "reducer.cpp") == nullptr) c10::WarningHandler::process(warning);
    }
};

at::Tensor all_reduce(const at::Tensor &input, c10::string_view group, c10::string_view reduction) {
    TORCH_CHECK(reduction == "sum" || reduction == "maximum", "expected sum or maximum, got ", reduction);
    auto result = input.contiguous().clone();
    ctorch::all_reduce(result, std::string(group),
                       reduction == "sum" ? ctorch::Reduction::sum : ctorch::Reduction::maximum);
    return result;
}

at::Tensor all_gather(const at::Tensor &input, c10::string_view group) {
    return ctorch::all_gather(input.contiguous(), std::string(group));
}

at::Tensor broadcast(const at::Tensor &input, c10::string_view group, int64_t source) {
    std::vector<at::Tensor> list{input.contiguous().clone()};
    c10d::BroadcastOptions options;
    options.rootRank = source;
    c10d::resolve_process_group(std::string(group))->broadcast(list, options)->wait();
    return list[0];
}

} // namespace

namespace ctorch {

int64_t group_size(const std::string &group) {
    return group.empty() ? 1 : c10d::resolve_process_group(group)->getSize();
}

int64_t group_rank(const std::string &group) {
    return group.empty() ? 0 : c10d::resolve_process_group(group)->getRank();
}

void all_reduce(at::Tensor &tensor, const std::string &group, Reduction reduction) {
    std::vector<at::Tensor> list{tensor};
    c10d::AllreduceOptions options;
    options.reduceOp = reduction == Reduction::sum ? c10d::ReduceOp::SUM : c10d::ReduceOp::MAX;
    c10d::resolve_process_group(group)->allreduce(list, options)->wait();
}

at::Tensor all_gather(const at::Tensor &tensor, const std::string &group) {
    const auto processes = c10d::resolve_process_group(group);
    auto shape = tensor.sizes().vec();
    shape.insert(shape.begin(), processes->getSize());
    auto result = at::empty(shape, tensor.options());
    if (tensor.numel() == 0) return result;
    std::vector<std::vector<at::Tensor>> outputs{result.unbind(0)};
    std::vector<at::Tensor> inputs{tensor};
    processes->allgather(outputs, inputs)->wait();
    return result;
}

} // namespace ctorch

namespace {

// A socket that this machine alone can reach; libtorch would listen on all addresses.
int loopback_socket(uint16_t *port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    TORCH_CHECK(descriptor >= 0, "no socket: ", std::strerror(errno));
    const int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(*port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto *general = reinterpret_cast<sockaddr *>(&address);
    if (bind(descriptor, general, length) != 0 || listen(descriptor, 128) != 0
        || getsockname(descriptor, general, &length) != 0) {
        const int reason = errno;
        close(descriptor);
        TORCH_CHECK(reason != EADDRINUSE, "EADDRINUSE");
        TORCH_CHECK(false, "the port cannot be listened on: ", std::strerror(reason));
    }
    *port = ntohs(address.sin_port);
    return descriptor;
}

} // namespace

CTStatus ct_store_open(const char *host, uint16_t port, bool serves, double timeout, CTStore *result) {
    return guarded([&] {
        FLAGS_caffe2_log_level = only_fatal;
        c10d::TCPStoreOptions options;
        options.port = port;
        options.isServer = serves;
        options.waitWorkers = false;
        options.timeout = milliseconds(timeout);
        if (serves && std::strcmp(host, "127.0.0.1") == 0) {
            options.masterListenFd = loopback_socket(&port);
            options.port = port;
        }
        *result = owned(c10::make_intrusive<c10d::TCPStore>(std::string(host), options));
    });
}

CTStatus ct_store_copy(CTStore store, CTStore *result) {
    return guarded([&] { *result = owned(store_of(store).clone()); });
}

uint16_t ct_store_port(CTStore store) {
    const auto *tcp = dynamic_cast<c10d::TCPStore *>(&store_of(store));
    return tcp == nullptr ? 0 : tcp->getPort();
}

CTStatus ct_store_set(CTStore store, const char *key, const char *bytes, size_t count) {
    return guarded([&] { store_of(store).set(key, std::vector<uint8_t>(bytes, bytes + count)); });
}

CTStatus ct_store_get(CTStore store, const char *key, double timeout, char **bytes, size_t *count) {
    return guarded([&] {
        store_of(store).wait({key}, milliseconds(timeout));
        const auto value = store_of(store).get(key);
        *bytes = static_cast<char *>(std::malloc(value.size() + 1));
        if (*bytes == nullptr) throw std::bad_alloc();
        std::memcpy(*bytes, value.data(), value.size());
        *count = value.size();
    });
}

CTStatus ct_store_has(CTStore store, const char *key, bool *result) {
    return guarded([&] { *result = store_of(store).check({key}); });
}

void ct_store_release(CTStore store) {
    if (store.pointer != nullptr) c10::intrusive_ptr<c10d::Store>::reclaim(static_cast<c10d::Store *>(store.pointer));
}

CTStatus ct_group_join(CTStore store, const char *name, int32_t rank, int32_t size, const char *address,
                       double timeout, CTGroup *result) {
    return guarded([&] {
        auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(timeout));
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
        const auto meeting = c10::make_intrusive<c10d::PrefixStore>(name, shared(store));
        const auto backend = c10::make_intrusive<c10d::ProcessGroupGloo>(meeting, rank, size, options);
        const auto group = c10::make_intrusive<c10d::ProcessGroup>(meeting, rank, size);
        group->setBackend(c10::kCPU, c10d::ProcessGroup::BackendType::GLOO, backend);
        group->setBackend(c10::kCUDA, c10d::ProcessGroup::BackendType::GLOO, backend);
        group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
        group->setGroupName(name);
        c10d::register_process_group(name, group);
        result->pointer = c10::intrusive_ptr<c10d::ProcessGroup>(group).release();
    });
}

void ct_group_release(CTGroup handle) {
    const auto group = c10::intrusive_ptr<c10d::ProcessGroup>::reclaim(static_cast<c10d::ProcessGroup *>(handle.pointer));
    const auto outcome = guarded([&] { c10d::unregister_process_group(group->getGroupName()); });
    ct_message_free(outcome.message);
}

CTStatus ct_reducer_create(const CTTensor *parameters, size_t count, const char *group, CTReducer *result) {
    return guarded([&] {
        const auto tensors = borrowed(parameters, count);
        const std::vector<bool> sparse(count, false);
        const auto assignment = c10d::compute_bucket_assignment_by_size(
            tensors, {static_cast<size_t>(first_bucket_bytes), static_cast<size_t>(bucket_bytes)}, sparse);
        // Gradients come from the last layer on.
        std::vector<std::vector<size_t>> buckets(std::get<0>(assignment).rbegin(), std::get<0>(assignment).rend());
        std::unordered_map<size_t, std::string> names;
        for (size_t i = 0; i < count; ++i) names[i] = std::to_string(i);
        static ReducerWarnings warnings;
        c10::WarningUtils::set_warning_handler(&warnings);
        result->pointer = make_reducer(tensors, buckets, c10d::resolve_process_group(group), sparse, bucket_bytes, false,
                                       true, names, first_bucket_bytes);
    });
}

CTStatus ct_reducer_prepare(CTReducer reducer, const CTTensor *outputs, size_t count) {
    return guarded([&] {
        auto &target = *static_cast<c10d::Reducer *>(reducer.pointer);
        target.rebuild_buckets();
        target.prepare_for_backward(borrowed(outputs, count));
    });
}

void ct_reducer_release(CTReducer reducer) { delete static_cast<c10d::Reducer *>(reducer.pointer); }

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("all_reduce(Tensor input, str group, str reduction) -> Tensor");
    library.def("all_gather(Tensor input, str group) -> Tensor");
    library.def("broadcast(Tensor input, str group, int source) -> Tensor");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeExplicitAutograd, library) {
    library.impl("all_reduce", all_reduce);
    library.impl("all_gather", all_gather);
    library.impl("broadcast", broadcast);
}
