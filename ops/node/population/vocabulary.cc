#include "ops/node/population/vocabulary.h"

#include "events/check.h"

namespace ops::node::population {
namespace {

constexpr Code oral{"26643006", "Oral route"};
constexpr Code inhaled{"447694001", "Respiratory tract route"};
constexpr Code subcutaneous{"34206005", "Subcutaneous route"};

constexpr Drug drug_list[] = {
    {"860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet",
     "1 tablet twice daily with meals", 2, 1, "{tbl}", oral},
    {"106892",
     "insulin isophane, human 70 UNT/ML / insulin, regular, human 30 UNT/ML Injectable Suspension "
     "[Humulin]",
     "12 units before breakfast and supper", 2, 12, "[iU]", subcutaneous},
    {"314076", "lisinopril 10 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"314077", "lisinopril 20 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"308136", "amLODIPine 2.5 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"310798", "Hydrochlorothiazide 25 MG Oral Tablet", "1 tablet every morning", 1, 1, "{tbl}",
     oral},
    {"979492", "losartan potassium 50 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"312961", "Simvastatin 20 MG Oral Tablet", "1 tablet every evening", 1, 1, "{tbl}", oral},
    {"617310", "atorvastatin 20 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"259255", "atorvastatin 80 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"745752", "NDA021457 200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler [ProAir]",
     "2 puffs every 4 to 6 hours as needed", 4, 2, "{puff}", inhaled},
    {"895996", "120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler [Flovent]",
     "2 puffs twice daily", 2, 2, "{puff}", inhaled},
    {"855332", "Warfarin Sodium 5 MG Oral Tablet", "1 tablet every evening, adjusted by INR", 1, 1,
     "{tbl}", oral},
    {"197604", "Digoxin 0.125 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"313988", "Furosemide 40 MG Oral Tablet", "1 tablet every morning", 1, 1, "{tbl}", oral},
    {"866427", "24 HR metoprolol succinate 25 MG Extended Release Oral Tablet", "1 tablet daily", 1,
     1, "{tbl}", oral},
    {"866924", "metoprolol tartrate 25 MG Oral Tablet", "1 tablet twice daily", 2, 1, "{tbl}",
     oral},
    {"200031", "carvedilol 6.25 MG Oral Tablet", "1 tablet twice daily", 2, 1, "{tbl}", oral},
    {"243670", "Aspirin 81 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"309362", "Clopidogrel 75 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"312938", "Sertraline 100 MG Oral Tablet", "1 tablet daily", 1, 1, "{tbl}", oral},
    {"310385", "FLUoxetine 20 MG Oral Capsule", "1 capsule every morning", 1, 1, "{capsule}", oral},
    {"966222", "Levothyroxine Sodium 0.075 MG Oral Tablet", "1 tablet before breakfast", 1, 1,
     "{tbl}", oral},
    {"904419", "Alendronic acid 10 MG Oral Tablet", "1 tablet every morning, upright", 1, 1,
     "{tbl}", oral},
    {"198014", "Naproxen 500 MG Oral Tablet", "1 tablet twice daily as needed for pain", 2, 1,
     "{tbl}", oral},
    {"310965", "Ibuprofen 200 MG Oral Tablet", "1 to 2 tablets every 6 hours as needed for pain", 4,
     1, "{tbl}", oral},
    {"198440", "Acetaminophen 500 MG Oral Tablet", "1 tablet every 6 hours as needed for pain", 4,
     1, "{tbl}", oral},
    {"308192", "Amoxicillin 500 MG Oral Tablet", "1 tablet three times daily for 10 days", 3, 1,
     "{tbl}", oral},
    {"1648755",
     "nitrofurantoin, macrocrystals 25 MG / nitrofurantoin, monohydrate 75 MG Oral Capsule",
     "1 capsule twice daily for 5 days", 2, 1, "{capsule}", oral},
    {"309309", "ciprofloxacin 500 MG Oral Tablet", "1 tablet twice daily for 7 days", 2, 1, "{tbl}",
     oral},
    {"141962", "Azithromycin 250 MG Oral Capsule", "2 capsules on day 1, then 1 daily for 4 days",
     1, 1, "{capsule}", oral},
    {"312617", "predniSONE 5 MG Oral Tablet", "4 tablets daily for 5 days", 1, 4, "{tbl}", oral},
};

constexpr Chronic chronic_list[] = {
    {{"59621000", "Essential hypertension (disorder)"},
     35,
     320,
     {"314076", "308136", "310798", "979492"},
     {"2160-0", "2823-3", "2951-2", ""}},
    {{"44054006", "Diabetes mellitus type 2 (disorder)"},
     40,
     130,
     {"860975", "106892", "", ""},
     {"4548-4", "2339-0", "2160-0", ""}},
    {{"55822004", "Hyperlipidemia (disorder)"},
     35,
     280,
     {"312961", "617310", "259255", ""},
     {"2093-3", "18262-6", "2085-9", "2571-8"}},
    {{"195967001", "Asthma (disorder)"}, 6, 90, {"745752", "895996", "", ""}, {"", "", "", ""}},
    {{"49436004", "Atrial fibrillation (disorder)"},
     60,
     80,
     {"855332", "866427", "197604", ""},
     {"6301-6", "2823-3", "", ""}},
    {{"84114007", "Heart failure (disorder)"},
     62,
     60,
     {"313988", "200031", "314077", ""},
     {"2823-3", "2160-0", "", ""}},
    {{"433144002", "Chronic kidney disease stage 3 (disorder)"},
     60,
     70,
     {"979492", "", "", ""},
     {"2160-0", "33914-3", "2823-3", ""}},
    {{"370143000", "Major depressive disorder (disorder)"},
     18,
     110,
     {"312938", "310385", "", ""},
     {"", "", "", ""}},
    {{"40930008", "Hypothyroidism (disorder)"},
     30,
     60,
     {"966222", "", "", ""},
     {"3016-3", "", "", ""}},
    {{"396275006", "Osteoarthritis (disorder)"},
     50,
     180,
     {"198440", "198014", "", ""},
     {"", "", "", ""}},
    {{"53741008", "Coronary arteriosclerosis (disorder)"},
     55,
     90,
     {"243670", "866924", "309362", ""},
     {"18262-6", "", "", ""}},
    {{"64859006", "Osteoporosis (disorder)"}, 60, 80, {"904419", "", "", ""}, {"", "", "", ""}},
};

constexpr Acute acute_list[] = {
    {{"444814009", "Viral sinusitis (disorder)"}, "", 14},
    {{"36971009", "Sinusitis (disorder)"}, "308192", 14},
    {{"68566005", "Urinary tract infectious disease (disorder)"}, "1648755", 7},
    {{"10509002", "Acute bronchitis (disorder)"}, "", 14},
    {{"233604007", "Pneumonia (disorder)"}, "141962", 21},
    {{"44465007", "Sprain of ankle (disorder)"}, "310965", 28},
    {{"65363002", "Otitis media (disorder)"}, "308192", 10},
    {{"43878008", "Streptococcal sore throat (disorder)"}, "308192", 10},
    {{"279039007", "Low back pain (finding)"}, "198014", 30},
    {{"197927001", "Recurrent urinary tract infection (disorder)"}, "309309", 10},
    {{"24079001", "Atopic dermatitis (disorder)"}, "312617", 20},
};

constexpr Lab lab_list[] = {
    {"4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 68, 16, 1, 40, 56},
    {"2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 1020, 260, 1, 700, 990},
    {"2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 97, 28, 2, 60, 120},
    {"33914-3",
     "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum or Plasma by "
     "Creatinine-based formula (MDRD)",
     "mL/min/{1.73_m2}", 72, 24, 0, 60, 120},
    {"2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 1399, 24, 1, 1350, 1450},
    {"2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 43, 5, 1, 35, 51},
    {"2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 198, 38, 0, 0, 200},
    {"18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay", "mg/dL", 119,
     34, 0, 0, 100},
    {"2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", 54, 12, 0, 40, 90},
    {"2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", 142, 44, 0, 0, 150},
    {"718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 139, 14, 1, 120, 175},
    {"3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 240, 130, 2, 40, 450},
    {"6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 24, 6, 1, 20, 30},
};

constexpr Vaccine vaccine_list[] = {
    {"140", "Influenza, seasonal, injectable, preservative free", 1, 1},
    {"113", "Td (adult) preservative free", 17, 10},
    {"20", "DTaP", 0, 0},
    {"10", "IPV", 0, 0},
    {"03", "MMR", 1, 0},
    {"21", "varicella", 1, 0},
    {"62", "HPV, quadrivalent", 11, 0},
    {"33", "pneumococcal polysaccharide vaccine, 23 valent", 65, 0},
    {"121", "zoster vaccine, live", 60, 0},
};

constexpr Code allergen_list[] = {
    {"7984", "Penicillin V"}, {"10180", "Sulfamethoxazole"}, {"1191", "Aspirin"},
    {"5640", "Ibuprofen"},    {"29046", "Lisinopril"},
};
constexpr Code reaction_list[] = {
    {"271807003", "Eruption of skin (disorder)"}, {"126485001", "Urticaria (disorder)"},
    {"39579001", "Anaphylaxis (disorder)"},       {"422587007", "Nausea (finding)"},
    {"267036007", "Dyspnea (finding)"},
};

constexpr std::string_view female_list[] = {
    "Ana",     "Beatriz", "Chiara", "Dunja", "Edda",   "Fumiko",  "Greta", "Halima", "Ilse",
    "Jovana",  "Kalea",   "Lucía",  "Maren", "Nkechi", "Oona",    "Priya", "Quynh",  "Rosalind",
    "Saoirse", "Tamsin",  "Ursula", "Vesna", "Wanda",  "Xiomara", "Yara",  "Zofia"};
constexpr std::string_view male_list[] = {
    "Anselm", "Bram",  "Ciro", "Dimitri", "Eero", "Farid",  "Gustavo", "Hiro",    "Ivo",
    "Jarek",  "Kofi",  "Levi", "Matteo",  "Nils", "Óscar",  "Pavel",   "Quentin", "Ravi",
    "Søren",  "Tomás", "Umar", "Viktor",  "Wim",  "Xavier", "Yusuf",   "Zoltan"};
constexpr std::string_view family_list[] = {
    "Abelson",   "Bergström",  "Castellanos", "Dvorak",     "Eriksen",    "Fairweather",
    "Grünwald",  "Hashimoto",  "Iversen",     "Jankowski",  "Kirkegaard", "Lindqvist",
    "Marchetti", "Nwosu",      "O'Dowd",      "Pellegrino", "Quispe",     "Rasmussen",
    "Sandoval",  "Thornquist", "Ueda",        "Vandermeer", "Whitlock",   "Xiang",
    "Yilmaz",    "Zamorano",   "Ashdown",     "Birchwood",  "Coldstream", "Drummond"};
constexpr std::string_view town_list[] = {"Alder Falls", "Brookmere", "Cedar Point", "Dunmore",
                                          "Eastlake",    "Fernhill",  "Granite Bay", "Harrow"};
constexpr std::string_view street_list[] = {"Elm Street",     "Mill Road",   "Harbour Lane",
                                            "Station Road",   "Orchard Way", "Quarry Hill",
                                            "Sycamore Avenue"};

}  // namespace

std::span<const Drug> drugs() { return drug_list; }
std::span<const Chronic> chronic_problems() { return chronic_list; }
std::span<const Acute> acute_problems() { return acute_list; }
std::span<const Lab> labs() { return lab_list; }
std::span<const Vaccine> vaccines() { return vaccine_list; }
std::span<const Code> allergens() { return allergen_list; }
std::span<const Code> allergic_reactions() { return reaction_list; }
std::span<const std::string_view> female_names() { return female_list; }
std::span<const std::string_view> male_names() { return male_list; }
std::span<const std::string_view> family_names() { return family_list; }
std::span<const std::string_view> towns() { return town_list; }
std::span<const std::string_view> streets() { return street_list; }

const Drug& drug(std::string_view rxnorm) {
  for (const Drug& candidate : drug_list) {
    if (candidate.rxnorm == rxnorm) return candidate;
  }
  CHECK(!"a drug of the vocabulary");
  return drug_list[0];
}

const Lab& lab(std::string_view loinc) {
  for (const Lab& candidate : lab_list) {
    if (candidate.loinc == loinc) return candidate;
  }
  CHECK(!"a lab of the vocabulary");
  return lab_list[0];
}

}  // namespace ops::node::population
