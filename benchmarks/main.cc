// chartlog-benchmarks: import, small writes, chart reads and rebuild against a real node
// over HTTP, each beside the limit measured in the same run, as a Markdown table. Checks its
// own results: a wrong count ends it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <numeric>
#include <thread>
#include <vector>

#include "benchmarks/limits.h"
#include "benchmarks/node_process.h"
#include "events/check.h"

namespace benchmarks {
namespace {

using ops::http::Answer;
using ops::http::Client;

struct Settings {
  std::string program = "build/release/chartlog";
  std::string kafka;
  WorkloadOptions workload;
  int connections = 4;
  int small_writes = 2000;
};

void row(std::string_view what, std::string_view ours, std::string_view limit,
         std::string_view ratio) {
  fmt::print("| {} | {} | {} | {} |\n", what, ours, limit, ratio);
  std::fflush(stdout);
}

Answer ask(Client& client, std::string_view method, std::string_view path,
           std::string_view body = {}) {
  const Client::Headers headers =
      body.empty() ? Client::Headers{} : Client::Headers{{"Content-Type", "application/fhir+json"}};
  for (int tries = 0; tries < 600; ++tries) {
    auto answer = client.ask(method, path, headers, body);
    CHECK(answer);
    if (answer->status != 429 && answer->status != 503) return std::move(*answer);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(!"an answer other than 'later'");
  return {};
}

struct Imported {
  std::vector<std::string> patients;
  std::vector<std::uint64_t> sizes;  // resources of each
  std::uint64_t resources = 0, bytes = 0;
  double seconds = 0;
};

// A patient's id from the location of the first entry that is one.
std::string patient_of(const std::string& answer) {
  const auto at = answer.find("Patient/");
  CHECK(at != std::string::npos);
  return answer.substr(at + 8, answer.find('/', at + 8) - at - 8);
}

// The hospitals and practitioners that all patients refer to.
void import_directory(const NodeProcess& node, Workload& workload) {
  Client client = node.client();
  for (int i = 0; i < 2; ++i) CHECK(ask(client, "POST", "/fhir", *workload.next()).status == 200);
}

// Until `imported` has so many patients, or there are no more.
void import_patients(const NodeProcess& node, const Settings& settings, Workload& workload,
                     std::size_t patients, Imported& imported) {
  std::mutex mutex;
  std::atomic<std::size_t> left{patients - imported.patients.size()};
  const auto begin = Clock::now();
  std::vector<std::jthread> senders;
  for (int i = 0; i < settings.connections; ++i) {
    senders.emplace_back([&] {
      Client client = node.client();
      while (left.fetch_sub(1) - 1 < patients) {
        auto bundle = workload.next();
        if (!bundle) return;
        const Answer answer = ask(client, "POST", "/fhir", *bundle);
        CHECK(answer.status == 200);
        const std::lock_guard lock(mutex);
        imported.sizes.push_back(Workload::entries(*bundle));
        imported.resources += imported.sizes.back();
        imported.bytes += bundle->size();
        imported.patients.push_back(patient_of(answer.body));
      }
    });
  }
  senders.clear();
  imported.seconds += seconds_since(begin);
}

std::uint64_t patients_there(const NodeProcess& node) {
  Client client = node.client();
  const Answer answer = ask(client, "GET", "/fhir/Patient?_summary=count");
  return static_cast<std::uint64_t>(boost::json::parse(answer.body).at("total").as_int64());
}

void measure_import(NodeProcess& node, const Settings& settings, Imported& imported) {
  Workload workload(settings.workload);
  import_directory(node, workload);
  import_patients(node, settings, workload, 1'000'000, imported);
  CHECK(patients_there(node) == imported.patients.size());
  const double rate = static_cast<double>(imported.resources) / imported.seconds;
  WorkloadOptions some = settings.workload;
  some.bundles = 40;
  const double limit = import_limit(some);
  row("import over HTTP, durable and visible",
      fmt::format("{:.0f} resources/s, {:.0f} MB/s ({} resources)", rate,
                  static_cast<double>(imported.bytes) / imported.seconds / 1e6, imported.resources),
      fmt::format("{:.0f} resources/s, bare loop on 2 threads", limit),
      fmt::format("{:.2f}", rate / limit));
  row("resident memory, peak of the import", fmt::format("{} MiB", node.peak_memory_bytes() >> 20),
      "1024 MiB", fmt::format("{:.2f}", static_cast<double>(node.peak_memory_bytes()) / (1 << 30)));
}

void measure_small_writes(const NodeProcess& node, const Settings& settings,
                          const std::string& patient) {
  Client client = node.client();
  std::vector<double> times;
  for (int i = 0; i < settings.small_writes; ++i) {
    const std::string body = fmt::format(
        R"({{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"urn:benchmark","code":"small"}}]}},"subject":{{"reference":"Patient/{}"}},"effectiveDateTime":"2025-01-01T10:00:00Z","valueQuantity":{{"value":{}}}}})",
        patient, i);
    const auto begin = Clock::now();
    const Answer answer = ask(client, "POST", "/fhir/Observation", body);
    times.push_back(seconds_since(begin) * 1000);
    CHECK(answer.status == 201);
  }
  const Answer counted =
      ask(client, "GET",
          fmt::format("/fhir/Observation?patient={}&code=urn:benchmark%7Csmall&_summary=count",
                      patient));
  CHECK(boost::json::parse(counted.body).at("total").as_int64() == settings.small_writes);
  const Percentiles ours = percentiles(std::move(times));
  const Percentiles limit = settings.kafka.empty()
                                ? sync_limit(settings.small_writes)
                                : kafka_append_limit(settings.kafka, settings.small_writes);
  row("one small write, answered when accepted",
      fmt::format("p50 {:.2f} ms, p99 {:.2f} ms", ours.p50_ms, ours.p99_ms),
      fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, {}", limit.p50_ms, limit.p99_ms,
                  settings.kafka.empty() ? "write + fdatasync" : "librdkafka to acknowledgement"),
      fmt::format("{:.1f} x", ours.p50_ms / limit.p50_ms));
}

void measure_reads(const NodeProcess& node, const Settings& settings,
                   const std::vector<std::string>& patients, std::string_view what,
                   std::string_view path) {
  Client client = node.client();
  std::vector<double> times;
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto begin = Clock::now();
    const Answer answer =
        ask(client, "GET", fmt::format(fmt::runtime(path), patients[i % patients.size()]));
    times.push_back(seconds_since(begin) * 1000);
    CHECK(answer.status == 200 &&
          answer.body.find(patients[i % patients.size()]) != std::string::npos);
  }
  const Percentiles alone = percentiles(std::move(times));
  std::atomic<std::size_t> answered{0};
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < settings.connections; ++reader) {
      readers.emplace_back([&, reader] {
        Client own = node.client();
        for (std::size_t i = 0; seconds_since(begin) < 3; ++i) {
          CHECK(ask(own, "GET",
                    fmt::format(
                        fmt::runtime(path),
                        patients[(i * 7 + static_cast<std::size_t>(reader)) % patients.size()]))
                    .status == 200);
          ++answered;
        }
      });
    }
  }
  const double rate = static_cast<double>(answered) / seconds_since(begin);
  const double limit = scan_limit();
  row(what,
      fmt::format("p50 {:.2f} ms, p99 {:.2f} ms; {:.0f} req/s", alone.p50_ms, alone.p99_ms, rate),
      fmt::format("{:.0f} scans of 50 rows/s on one thread", limit),
      fmt::format("{:.2f}", rate / limit));
}

// The patient with as many resources as half of them have at most.
std::string median_patient(const Imported& imported) {
  std::vector<std::size_t> order(imported.patients.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
  std::nth_element(order.begin(), middle, order.end(), [&](std::size_t a, std::size_t b) {
    return imported.sizes[a] < imported.sizes[b];
  });
  fmt::print(stderr, "median patient: {} resources\n", imported.sizes[*middle]);
  return imported.patients[*middle];
}

// p50 in milliseconds of `path` for some of the patients, `{}` in it being the patient.
double median_ms(const NodeProcess& node, const std::vector<std::string>& patients,
                 std::string_view path) {
  Client client = node.client();
  std::vector<double> times;
  for (std::size_t i = 0; i < 1500; ++i) {
    const auto target = fmt::format(fmt::runtime(path), patients[i * 7 % patients.size()]);
    const auto begin = Clock::now();
    CHECK(ask(client, "GET", target).status == 200);
    times.push_back(seconds_since(begin) * 1000);
  }
  return percentiles(std::move(times)).p50_ms;
}

// The same questions, about the same patients, when there are four times as many of them.
// DESIGN.md section 9: within 1.5 times.
void run_growth(const Settings& settings, std::size_t patients) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("chartlog-benchmark-{}", ::getpid());
  NodeProcess node(settings.program, folder, settings.kafka);
  node.start();
  WorkloadOptions options = settings.workload;
  options.bundles = 4 * patients;
  Workload workload(options);
  import_directory(node, workload);
  Imported imported;
  import_patients(node, settings, workload, patients, imported);
  const std::vector<std::string> asked(imported.patients.begin(), imported.patients.begin() + 200);
  constexpr std::string_view questions[] = {
      "/charts/{}",
      "/charts/{}/medications",
      "/fhir/Observation?patient={}&code=http://loinc.org%7C8302-2&date=ge2020",
      "/fhir/Condition?patient={}&clinical-status=active",
      "/fhir/Patient?_id={}",
      "/charts/{}/medications/$check",
      "/charts/{}/alerts",
      "/alerts?_count=50",
      "/charts/{}/prevention",
      "/prevention/due?_count=50&on=2027-01-01",
      "/fhir/Observation?code=http://loinc.org%7C8302-2&_count=20&_elements=code&date=lt2030"};
  std::vector<double> before;
  for (const auto question : questions) before.push_back(median_ms(node, asked, question));
  import_patients(node, settings, workload, 4 * patients, imported);
  CHECK(patients_there(node) == 4 * patients);
  fmt::print(
      "| question, p50 | {} patients | {} patients | ratio (aim: at most 1.5) "
      "|\n|---|---|---|---|\n",
      patients, 4 * patients);
  for (std::size_t i = 0; i < std::size(questions); ++i) {
    const double after = median_ms(node, asked, questions[i]);
    row(fmt::format("`{}`", questions[i]), fmt::format("{:.2f} ms", before[i]),
        fmt::format("{:.2f} ms", after), fmt::format("{:.2f}", after / before[i]));
  }
  node.stop();
  std::filesystem::remove_all(folder);
}

// The path of the next page; empty: this was the last.
std::string next_of(const std::string& body) {
  constexpr std::string_view link = R"("relation":"next","url":"http://)";
  const auto at = body.find(link);
  if (at == std::string::npos) return {};
  const auto path = body.find('/', at + link.size());
  return body.substr(path, body.find('"', path) - path);
}

std::size_t matches_in(std::string_view body) {
  std::size_t found = 0;
  constexpr std::string_view match = R"("mode":"match")";
  for (auto at = body.find(match); at != body.npos; at = body.find(match, at + 1)) ++found;
  return found;
}

// A search over all patients, page by page to its end, as often as fits a second.
void measure_search(const NodeProcess& node, std::string_view query) {
  Client client = node.client();
  const Answer counted = ask(client, "GET", fmt::format("/fhir/{}&_summary=count", query));
  const auto total = boost::json::parse(counted.body).at("total").as_int64();
  std::size_t resources = 0;
  double first_ms = 0;
  const auto begin = Clock::now();
  do {
    std::size_t found = 0;
    const auto started = Clock::now();
    for (std::string path = fmt::format("/fhir/{}&_count=1000", query); !path.empty();) {
      const Answer page = ask(client, "GET", path);
      CHECK(page.status == 200);
      if (found == 0) first_ms = seconds_since(started) * 1000;
      found += matches_in(page.body);
      path = next_of(page.body);
    }
    CHECK(static_cast<std::int64_t>(found) == total);
    resources += found;
  } while (resources > 0 && seconds_since(begin) < 1);
  const double rate = static_cast<double>(resources) / seconds_since(begin);
  row(fmt::format("`{}` over all patients", query),
      fmt::format("{:.0f} resources/s; {} found, first page {:.1f} ms", rate, total, first_ms),
      "30000 resources/s (aim)", fmt::format("{:.2f}", rate / 30'000));
}

void measure_rebuild(NodeProcess& node, const Imported& imported) {
  node.stop();
  const double seconds = node.run("rebuild");
  node.start();
  CHECK(patients_there(node) == imported.patients.size());
  const double rate = static_cast<double>(imported.resources) / seconds;
  const double limit = put_limit();
  row("rebuild of all read models",
      fmt::format("{:.0f} events/s ({:.1f} s with start and stop)", rate, seconds),
      fmt::format("{:.0f} rows/s through one memtable", limit),
      fmt::format("{:.2f} events a row", rate / limit));
}

// By the tables in the program: a folder without any stands for them.
void measure_replay(NodeProcess& node, const Imported& imported,
                    const std::filesystem::path& folder) {
  const auto no_tables = folder / "no-tables";
  std::filesystem::create_directories(no_tables);
  node.stop();
  const double seconds = node.run("replay", {"--knowledge", no_tables.string()});
  node.start();
  const double rate = static_cast<double>(imported.resources) / seconds;
  row("replay of all alerts by other knowledge",
      fmt::format("{:.0f} events/s ({:.1f} s with start and stop)", rate, seconds),
      "50000 events/s (aim)", fmt::format("{:.2f}", rate / 50'000));
}

void measure_disk(NodeProcess& node, const Settings& settings, const Imported& imported) {
  node.stop();
  const double each =
      static_cast<double>(node.disk_bytes()) / static_cast<double>(imported.resources);
  row(settings.kafka.empty() ? "disk, log and all read models"
                             : "disk, all read models (the log is the broker's)",
      fmt::format("{:.0f} bytes a resource", each), "1126 bytes a resource (aim)",
      fmt::format("{:.2f}", each / 1126));
  node.start();
}

void run(const Settings& settings) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("chartlog-benchmark-{}", ::getpid());
  {
    NodeProcess node(settings.program, folder, settings.kafka);
    node.start();
    fmt::print("{} log, {}\n\n| what | ours | limit in the same run | ratio |\n|---|---|---|---|\n",
               settings.kafka.empty() ? "Embedded" : "Kafka",
               settings.workload.synthea.empty() ? "our own population" : "Synthea");
    Imported imported;
    measure_import(node, settings, imported);
    measure_disk(node, settings, imported);
    measure_small_writes(node, settings, imported.patients.front());
    measure_reads(node, settings, imported.patients, "chart", "/charts/{}");
    measure_reads(node, settings, imported.patients, "medication list", "/charts/{}/medications");
    measure_search(node, "Observation?code=8302-2&date=ge2010");
    measure_search(node, "Encounter?date=ge2020");
    // DESIGN.md, FHIR searches of one patient: p50 <= 1 ms, >= 6,000 req/s.
    measure_reads(node, settings, imported.patients, "search: active conditions of a patient",
                  "/fhir/Condition?patient={}&clinical-status=active");
    measure_reads(node, settings, imported.patients, "search: a code of a patient since 2020",
                  "/fhir/Observation?patient={}&code=http://loinc.org%7C8302-2&date=ge2020");
    measure_reads(node, settings, imported.patients, "search: 20 laboratory results of a patient",
                  "/fhir/Observation?patient={}&category=laboratory&_count=20");
    measure_reads(node, settings, {median_patient(imported)}, "`$everything` of the median patient",
                  "/fhir/Patient/{}/$everything");
    measure_rebuild(node, imported);
    measure_replay(node, imported, folder);
    if (!settings.kafka.empty()) {
      row("(raw append of 345-byte records, 8 partitions)", "",
          fmt::format("{:.0f} records/s", kafka_throughput_limit(settings.kafka, 300'000, 345)),
          "");
    }
    node.stop();
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace benchmarks

int main(int count, char** words) {
  benchmarks::Settings settings;
  CLI::App app{"Measures a chartlog node beside this machine's limits"};
  app.add_option("--program", settings.program, "path of chartlog")->capture_default_str();
  app.add_option("--kafka", settings.kafka, "broker; default: the embedded log");
  app.add_option("--synthea", settings.workload.synthea,
                 "ma42-*.bundles.ndjson.zst; default: our own population");
  app.add_option("--bundles", settings.workload.bundles,
                 "patients; default: all of Synthea's, 200 of our own");
  app.add_option("--connections", settings.connections)->capture_default_str();
  std::size_t growth = 0;
  app.add_option("--growth", growth,
                 "only this: the same questions at so many patients of our own and at four times "
                 "as many");
  CLI11_PARSE(app, count, words);
  if (growth > 0) {
    benchmarks::run_growth(settings, growth);
    return 0;
  }
  benchmarks::run(settings);
  return 0;
}
