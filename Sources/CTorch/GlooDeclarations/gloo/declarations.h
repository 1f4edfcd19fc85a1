// What the header of c10d's Gloo backend names of Gloo, whose own headers the PyTorch wheel leaves out. Nothing here is
// made or called by us: groups are made, and devices handed through, by libtorch's own code.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gloo {

class Context {
  public:
    std::chrono::milliseconds getTimeout() const;
    void setTimeout(std::chrono::milliseconds timeout);
};

namespace rendezvous {

class Store {
  public:
    virtual ~Store();
    virtual void set(const std::string &key, const std::vector<char> &data) = 0;
    virtual std::vector<char> get(const std::string &key) = 0;
    virtual void wait(const std::vector<std::string> &keys) = 0;
    virtual void wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &timeout) = 0;
};

} // namespace rendezvous

namespace transport {

class Device;

class UnboundBuffer {
  public:
    virtual ~UnboundBuffer();
};

} // namespace transport

} // namespace gloo
