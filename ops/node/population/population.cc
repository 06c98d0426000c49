#include "ops/node/population/population.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "ops/node/population/care.h"

namespace ops::node {

using namespace population;
using std::chrono::days;

namespace {

constexpr Code well_visit{"410620009", "Well child visit (procedure)"};
constexpr Code check_up{"185349003", "Encounter for check up (procedure)"};
constexpr Code office_visit{"30346009",
                            "Evaluation and management of established outpatient in office or "
                            "other outpatient facility (procedure)"};
constexpr Code follow_up{"390906007", "Follow-up encounter (procedure)"};
constexpr Code emergency{"4525004", "Emergency department patient visit (procedure)"};
constexpr Code no_reason{};

struct Problem {
  const Chronic* what;
  Day since;
  std::string uuid;
  std::size_t steps = 0;  // drugs tried so far
};

// A life, told forward: yearly check-ups, problems that come and stay, acute illness.
class Life {
 public:
  Life(Person& person) : person_(person), dice_(person.random) {}

  void tell() {
    choose_problems();
    for (Day day = person_.first_visit; day < person_.end();
         day += days(365 + dice_.between(-30, 30)))
      year(day);
  }

 private:
  void choose_problems() {
    for (const Chronic& chronic : chronic_problems()) {
      if (!dice_.chance(chronic.per_thousand)) continue;
      const Day since = person_.born + days(365 * (chronic.from_age + dice_.between(0, 20)));
      if (since < person_.end()) coming_.push_back({&chronic, since, {}, 0});
    }
  }

  void year(Day day) {
    const int age = person_.age_at(day);
    const Visit visit =
        write_visit(person_, day, age < 18 ? well_visit : check_up, "AMB", no_reason);
    write_vitals(person_, visit);
    if (age >= 18) write_smoking(person_, visit);
    vaccinate(visit, age);
    for (Problem& problem : coming_) {
      if (problem.uuid.empty() && problem.since <= day) begin(problem, visit);
    }
    if (age >= 45) write_labs(person_, visit, {"2093-3", "18262-6", "2085-9", "2571-8"});
    if (age >= 18)
      write_procedure(person_, visit, {"430193006", "Medication reconciliation (procedure)"});
    if (dice_.chance(150)) write_supply(person_, visit);
    if (dice_.chance(60)) write_imaging(person_, visit);
    if (age >= 60 && dice_.chance(15)) write_device(person_, visit);
    if (age >= 50 && dice_.chance(120))
      write_procedure(person_, visit, {"73761001", "Colonoscopy (procedure)"});
    write_note(person_, visit);
    write_claim(person_, visit);
    for (Problem& problem : coming_) {
      if (!problem.uuid.empty()) follow(problem, day + days(60 + dice_.between(0, 200)));
    }
    if (dice_.chance(450)) fall_ill(day + days(dice_.between(10, 350)));
  }

  void vaccinate(const Visit& visit, int age) {
    for (const Vaccine& vaccine : vaccines()) {
      if (age < vaccine.from_age) continue;
      auto [last, first_time] = vaccinated_.try_emplace(vaccine.cvx, visit.day);
      const bool due = first_time || (vaccine.every_years > 0 &&
                                      visit.day - last->second > days(330 * vaccine.every_years));
      if (!due || dice_.chance(150)) continue;
      last->second = visit.day;
      write_immunization(person_, visit, vaccine, dice_.chance(30));
    }
  }

  void begin(Problem& problem, const Visit& visit) {
    problem.uuid =
        write_condition(person_, visit, problem.what->code, problem.since, nullptr, true);
    write_care_plan(person_, visit, problem.uuid, problem.what->code);
    next_drug(problem, visit);
    if (dice_.chance(60)) write_avoidance(person_, visit, drug("198014"));
    if (dice_.chance(200)) {
      static constexpr std::array<std::string_view, 4> said{"active", "not-taken", "intended",
                                                            "completed"};
      write_reported_drug(person_, visit, drug(dice_.chance(500) ? "310965" : "243670"),
                          dice_.pick(said));
    }
  }

  void next_drug(Problem& problem, const Visit& visit) {
    if (problem.steps >= problem.what->drugs.size() || problem.what->drugs[problem.steps].empty())
      return;
    const Drug& chosen = drug(problem.what->drugs[problem.steps++]);
    const bool changed = dice_.chance(250);
    const Day ended = changed ? visit.day + days(dice_.between(30, 700)) : person_.end();
    const Course course = changed && ended < person_.end() ? Course::stopped
                          : dice_.chance(40)               ? Course::on_hold
                                                           : Course::going_on;
    write_prescription(person_, visit, chosen, problem.uuid, course, ended);
  }

  void follow(Problem& problem, Day day) {
    if (day >= person_.end() || dice_.chance(400)) return;
    const Visit visit = write_visit(person_, day, follow_up, "AMB", problem.what->code);
    write_vitals(person_, visit);
    const auto& wanted = problem.what->labs;
    write_labs(person_, visit, {wanted.begin(), wanted.end() - (wanted[3].empty() ? 1 : 0)});
    if (dice_.chance(250)) next_drug(problem, visit);
    write_claim(person_, visit);
  }

  void fall_ill(Day day) {
    if (day >= person_.end()) return;
    const Acute& illness = dice_.pick(acute_problems());
    const bool at_night = dice_.chance(150);
    const Visit visit = write_visit(person_, day, at_night ? emergency : office_visit,
                                    at_night ? "EMER" : "AMB", illness.code);
    const Day over = day + days(illness.days);
    const std::string condition = write_condition(person_, visit, illness.code, day, &over, false);
    if (!illness.drug.empty())
      write_prescription(person_, visit, drug(illness.drug), condition, Course::completed,
                         day + days(1));
    if (at_night) write_administration(person_, visit, drug("198440"));
    write_note(person_, visit);
  }

  Person& person_;
  Random& dice_;
  std::vector<Problem> coming_;
  std::map<std::string_view, Day> vaccinated_;
};

events::Status write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << '\n';
  file.close();
  if (!file)
    return events::unavailable(
        fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
  return {};
}

}  // namespace

std::string patient_bundle(std::uint64_t seed, std::uint64_t index) {
  const std::vector<Hospital> hospitals = make_hospitals(seed);
  Person person = make_person(seed, index, hospitals);
  write_patient(person);
  write_coverage(person);
  write_allergies(person);
  write_relatives(person);
  Life(person).tell();
  write_provenance(person);
  return std::move(person.bundle).finish();
}

events::Status generate_population(const PopulationOptions& options,
                                   const std::function<void(std::uint64_t)>& progress) {
  std::error_code failed;
  std::filesystem::create_directories(options.out, failed);
  if (failed)
    return events::unavailable(
        fmt::format("{}: cannot be made: {}", options.out.string(), failed.message()));
  if (auto done =
          write_file(options.out / "hospitalInformation.json", hospital_bundle(options.seed));
      !done)
    return done;
  if (auto done = write_file(options.out / "practitionerInformation.json",
                             practitioner_bundle(options.seed));
      !done)
    return done;
  for (std::uint64_t i = 0; i < options.patients; ++i) {
    const auto path = options.out / fmt::format("patient-{:06}.json", i + 1);
    if (auto done = write_file(path, patient_bundle(options.seed, i)); !done) return done;
    if (progress) progress(i + 1);
  }
  return {};
}

}  // namespace ops::node
