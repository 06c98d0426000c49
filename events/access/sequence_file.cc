#include "events/access/sequence_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "events/hmac.h"

namespace events::access {
namespace {

constexpr std::array<char, 8> magic{'C', 'L', 'A', 'S', '0', '0', '0', '1'};

struct Page {
  std::array<char, 8> magic;
  std::array<std::uint8_t, 16> node;
  std::array<std::uint8_t, 16> boot;
  alignas(8) std::uint64_t next;
};

Error page_error(const std::filesystem::path& path, const char* what) {
  return unavailable(fmt::format("{}: cannot {}: {}", path.string(), what, std::strerror(errno)));
}

class MappedFile final : public SequenceFile {
 public:
  explicit MappedFile(Page* page) : page_(page) {}
  ~MappedFile() override {
    ::msync(page_, sizeof(Page), MS_SYNC);
    ::munmap(page_, sizeof(Page));
  }
  NodeId node() const override { return NodeId(page_->node); }
  BootId boot() const override { return BootId(page_->boot); }
  std::uint64_t next() const override { return at().load(std::memory_order_relaxed); }
  void begin(const BootId& boot) override {
    page_->boot = boot.array();
    set_next(0);
    ::msync(page_, sizeof(Page), MS_SYNC);
  }
  void set_next(std::uint64_t next) override { at().store(next, std::memory_order_relaxed); }

  bool is_fresh() const { return page_->magic == std::array<char, 8>{}; }
  bool is_ours() const { return page_->magic == magic; }
  void make() {
    fill_random(page_->node);
    page_->magic = magic;
    ::msync(page_, sizeof(Page), MS_SYNC);
  }

 private:
  std::atomic_ref<std::uint64_t> at() const { return std::atomic_ref(page_->next); }
  Page* const page_;
};

}  // namespace

Result<std::unique_ptr<SequenceFile>> SequenceFile::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return page_error(path, "open");
  const bool sized = ::ftruncate(file, sizeof(Page)) == 0;
  void* mapped = sized ? ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                       : MAP_FAILED;
  const Error failed = page_error(path, "map");
  ::close(file);
  if (mapped == MAP_FAILED) return failed;
  auto made = std::make_unique<MappedFile>(static_cast<Page*>(mapped));
  if (made->is_fresh()) made->make();
  if (!made->is_ours())
    return corrupt(
        fmt::format("{}: not the access log's sequence file; move it away", path.string()));
  return std::unique_ptr<SequenceFile>(std::move(made));
}

}  // namespace events::access
