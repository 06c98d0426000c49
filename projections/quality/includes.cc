#include "projections/quality/includes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "projections/quality/elm_json.h"

namespace projections::quality {
namespace {

namespace json = boost::json;

struct Included {
  std::string id;
  std::string version;  // empty: any
};

class IncludeCheck {
 public:
  IncludeCheck(std::span<const json::value> libraries, Problems& problems) : problems_(problems) {
    for (const auto& document : libraries) {
      const auto* object = document.if_object();
      const auto* library = object ? object->if_contains("library") : nullptr;
      if (library != nullptr && library->is_object())
        libraries_.emplace(part(library->get_object(), "id"), &library->get_object());
    }
  }

  void visit(const std::string& id) {
    if (std::find(path_.begin(), path_.end(), id) != path_.end()) return add_circle(id);
    if (std::find(done_.begin(), done_.end(), id) != done_.end()) return;
    done_.push_back(id);
    path_.push_back(id);
    for (const auto& included : includes_of(*libraries_.at(id))) {
      if (check(id, included)) visit(included.id);
    }
    path_.pop_back();
  }

  bool has(const std::string& id) const { return libraries_.contains(id); }

 private:
  static std::string part(const json::object& library, std::string_view field) {
    const auto* identifier = library.if_contains("identifier");
    if (identifier == nullptr || !identifier->is_object()) return {};
    return std::string(text(identifier->get_object(), field));
  }
  static std::vector<Included> includes_of(const json::object& library) {
    std::vector<Included> found;
    for (const auto* include : definitions_of(&library, "includes")) {
      const auto path = text(*include, "path");
      found.push_back(
          {std::string(path.substr(path.rfind('/') + 1)), std::string(text(*include, "version"))});
    }
    return found;
  }

  bool check(const std::string& library, const Included& included) {
    const auto found = libraries_.find(included.id);
    if (found == libraries_.end()) {
      add(events::ErrorCode::unsupported, "{} includes {} {}, which is not at hand", library,
          included.id, included.version);
      return false;
    }
    const auto version = part(*found->second, "version");
    if (!included.version.empty() && !version.empty() && version != included.version)
      add(events::ErrorCode::invalid, "{} includes {} {}; what is at hand is {}", library,
          included.id, included.version, version);
    return true;
  }

  void add_circle(const std::string& id) {
    std::string circle;
    for (auto it = std::find(path_.begin(), path_.end(), id); it != path_.end(); ++it)
      circle += *it + " includes ";
    add(events::ErrorCode::invalid, "{}{}: a circle", circle, id);
  }

  template <class... Parts>
  void add(events::ErrorCode code, fmt::format_string<Parts...> format, Parts&&... parts) {
    problems_.add({code, fmt::format(format, std::forward<Parts>(parts)...), {}});
  }

  std::map<std::string, const json::object*> libraries_;
  std::vector<std::string> path_;
  std::vector<std::string> done_;
  Problems& problems_;
};

}  // namespace

void check_includes(std::span<const json::value> libraries, const std::string& library,
                    Problems& problems) {
  IncludeCheck check(libraries, problems);
  if (check.has(library)) check.visit(library);
}

}  // namespace projections::quality
