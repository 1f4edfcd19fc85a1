// Turns every exception into a status, so that none crosses into Swift.

#pragma once

#if !__has_include(<ATen/ATen.h>)
#error "libtorch is missing: run `make setup` in the folder of the package"
#endif

#include "include/CTorch.h"

#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

namespace ctorch {

inline CTStatus status(CTCode code, const char *message) {
    return CTStatus{code, strdup(message)};
}

// Gloo's errors have types of their own, which its missing headers would tell; all of them begin with their place in it.
inline bool is_of_connection(const char *message) { return std::strstr(message, "/gloo/") != nullptr; }

template <class Body> CTStatus guarded(Body &&body) noexcept {
    try {
        body();
        return CTStatus{CTCodeSuccess, nullptr};
    } catch (const c10::OutOfMemoryError &error) {
        return status(CTCodeOutOfMemory, error.what_without_backtrace());
    } catch (const c10::DistError &error) {
        return status(CTCodeConnection, error.what_without_backtrace());
    } catch (const c10::Error &error) {
        const char *message = error.what_without_backtrace();
        // The CPU allocator has no error type of its own.
        const bool memory = std::strstr(message, "DefaultCPUAllocator") != nullptr;
        return status(memory ? CTCodeOutOfMemory : CTCodeFailure, message);
    } catch (const std::bad_alloc &) {
        return status(CTCodeOutOfMemory, "the host is out of memory");
    } catch (const std::exception &error) {
        return status(is_of_connection(error.what()) ? CTCodeConnection : CTCodeFailure, error.what());
    } catch (...) {
        return status(CTCodeFailure, "an exception of an unknown type");
    }
}

} // namespace ctorch
