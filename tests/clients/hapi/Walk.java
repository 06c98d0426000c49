// The HAPI FHIR client's walk through a running node, as its own documentation writes such a session.
// Usage: java -cp 'build/clients/hapi/*' tests/clients/hapi/Walk.java http://127.0.0.1:8080
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.api.SummaryEnum;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.gclient.DateClientParam;
import ca.uhn.fhir.rest.gclient.TokenClientParam;
import ca.uhn.fhir.rest.server.exceptions.PreconditionFailedException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.exceptions.UnprocessableEntityException;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.*;

public class Walk {
  static IGenericClient fhir;
  static final String marker = "hapi-" + System.nanoTime();
  static String patient;

  static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  static Patient somebody(String given) {
    Patient one = new Patient();
    one.addIdentifier().setSystem("urn:walk").setValue(marker);
    one.addName().setFamily("Hapi").addGiven(given);
    one.setBirthDateElement(new DateType("1980-02-29"));
    return one;
  }

  static Observation pulse(int day) {
    Observation one = new Observation();
    one.setStatus(Observation.ObservationStatus.FINAL);
    one.getCode().addCoding().setSystem("http://loinc.org").setCode("8867-4");
    one.setSubject(new Reference("Patient/" + patient));
    one.setEffective(new DateTimeType(String.format("2024-03-%02d", day)));
    one.setValue(new Quantity().setValue(60 + day).setUnit("/min"));
    return one;
  }

  static void capabilities() {
    CapabilityStatement statement = fhir.capabilities().ofType(CapabilityStatement.class).execute();
    check(statement.getFhirVersion().toCode().equals("4.0.1"), "FHIR version");
  }

  static void createAndRead() {
    MethodOutcome made = fhir.create().resource(somebody("Ana")).execute();
    check(made.getCreated(), "created");
    patient = made.getId().getIdPart();
    check("1".equals(made.getId().getVersionIdPart()), "version 1");
    Patient read = fhir.read().resource(Patient.class).withId(patient).execute();
    check(read.getNameFirstRep().getFamily().equals("Hapi"), "family name");
    check(fhir.create().resource(somebody("Ana")).conditional().where(Patient.IDENTIFIER.exactly()
        .systemAndIdentifier("urn:walk", marker)).execute().getId().getIdPart().equals(patient), "conditional create");
  }

  static void updateAndConflict() {
    Patient changed = somebody("Maria");
    changed.setId("Patient/" + patient + "/_history/1");  // HAPI sends If-Match for it
    MethodOutcome updated = fhir.update().resource(changed).withAdditionalHeader("If-Match", "W/\"1\"").execute();
    check("2".equals(updated.getId().getVersionIdPart()), "version 2");
    try {
      changed.getNameFirstRep().addGiven("Late");
      fhir.update().resource(changed).withAdditionalHeader("If-Match", "W/\"1\"").execute();
      check(false, "an old version is refused");
    } catch (PreconditionFailedException expected) {
      check(expected.getOperationOutcome() instanceof OperationOutcome, "an OperationOutcome says why");
    }
    Patient first = fhir.read().resource(Patient.class).withIdAndVersion(patient, "1").execute();
    check(first.getNameFirstRep().getGivenAsSingleString().equals("Ana"), "vread");
    check(fhir.update().resource(somebody("Maria")).conditional().where(Patient.IDENTIFIER.exactly()
        .systemAndIdentifier("urn:walk", marker)).execute().getId().getIdPart().equals(patient), "conditional update");
  }

  static void histories() {
    Bundle ofOne = fhir.history().onInstance(new IdType("Patient", patient)).returnBundle(Bundle.class).execute();
    check(ofOne.getEntry().size() == 2, "two versions");
    Bundle ofType = fhir.history().onType(Patient.class).returnBundle(Bundle.class).count(10).execute();
    check(ofType.getEntry().stream().anyMatch(e -> e.getResource().getIdElement().getIdPart().equals(patient)), "type history");
    Bundle ofAll = fhir.history().onServer().returnBundle(Bundle.class).count(10).execute();
    check(!ofAll.getEntry().isEmpty(), "system history");
  }

  static void transactionSearchAndPages() {
    Bundle bundle = new Bundle();
    bundle.setType(Bundle.BundleType.TRANSACTION);
    for (int day = 1; day <= 25; ++day)
      bundle.addEntry().setResource(pulse(day)).getRequest().setMethod(Bundle.HTTPVerb.POST).setUrl("Observation");
    Bundle answer = fhir.transaction().withBundle(bundle).execute();
    check(answer.getEntry().size() == 25, "25 answers");
    List<String> seen = new ArrayList<>();
    Bundle page = fhir.search().forResource(Observation.class)
        .where(Observation.PATIENT.hasId(patient)).and(new TokenClientParam("code").exactly().systemAndCode("http://loinc.org", "8867-4"))
        .sort().descending(Observation.DATE).count(10).returnBundle(Bundle.class).execute();
    while (true) {
      page.getEntry().forEach(e -> seen.add(((Observation) e.getResource()).getEffectiveDateTimeType().getValueAsString()));
      if (page.getLink(Bundle.LINK_NEXT) == null) break;
      page = fhir.loadPage().next(page).execute();
    }
    check(seen.size() == 25 && seen.get(0).equals("2024-03-25"), "all pages, newest first: " + seen);
    Bundle some = fhir.search().forResource(Observation.class).where(Observation.PATIENT.hasId(patient))
        .and(new DateClientParam("date").afterOrEquals().day("2024-03-10")).and(new DateClientParam("date").before().day("2024-03-15"))
        .returnBundle(Bundle.class).execute();
    check(some.getEntry().size() == 5, "five of a range of dates");
    Bundle count = fhir.search().forResource(Observation.class).where(Observation.PATIENT.hasId(patient))
        .summaryMode(SummaryEnum.COUNT).returnBundle(Bundle.class).execute();
    check(count.getTotal() == 25, "_summary=count");
    Bundle byPost = fhir.search().forResource(Patient.class).where(Patient.IDENTIFIER.exactly().systemAndIdentifier("urn:walk", marker))
        .include(Patient.INCLUDE_ORGANIZATION).usingStyle(ca.uhn.fhir.rest.api.SearchStyleEnum.POST).returnBundle(Bundle.class).execute();
    check(byPost.getEntry().size() == 1, "POST _search");
  }

  static void operations() {
    Parameters in = new Parameters();
    Bundle everything = fhir.operation().onInstance(new IdType("Patient", patient)).named("$everything").withNoParameters(Parameters.class)
        .useHttpGet().returnResourceType(Bundle.class).execute();
    check(everything.getEntry().size() == 26, "$everything has patient and observations");
    in.addParameter("patient", new StringType(patient));
    in.addParameter("code", new StringType("http://loinc.org|8867-4"));
    Bundle last = fhir.operation().onType(Observation.class).named("$lastn").withParameters(in).useHttpGet()
        .returnResourceType(Bundle.class).execute();
    check(last.getEntry().size() == 1, "$lastn");
    check(fhir.validate().resource(somebody("Valid")).execute().getOperationOutcome() instanceof OperationOutcome, "$validate");
    Meta meta = fhir.meta().get(Meta.class).fromResource(new IdType("Patient", patient)).execute();
    check("2".equals(meta.getVersionId()), "$meta");
  }

  static void patchAndDelete() {
    MethodOutcome patched = fhir.patch().withBody("[{\"op\":\"add\",\"path\":\"/gender\",\"value\":\"female\"}]")
        .withId(new IdType("Patient", patient)).execute();
    check("3".equals(patched.getId().getVersionIdPart()), "JSON Patch makes version 3");
    String observation = fhir.create().resource(pulse(28)).execute().getId().getIdPart();
    fhir.delete().resourceById("Observation", observation).execute();
    try {
      fhir.read().resource(Observation.class).withId(observation).execute();
      check(false, "deleted is gone");
    } catch (ResourceGoneException expected) {
    }
    try {
      fhir.read().resource(Patient.class).withId("nobody").execute();
      check(false, "what never was is not found");
    } catch (ResourceNotFoundException expected) {
    }
    try {
      fhir.create().resource(new Observation()).execute();
      check(false, "an Observation without status is refused");
    } catch (UnprocessableEntityException expected) {
      check(expected.getMessage().contains("Observation.status"), "the element is named: " + expected.getMessage());
    }
  }

  public static void main(String[] arguments) {
    FhirContext context = FhirContext.forR4();  // asks /metadata at the first use, its default
    fhir = context.newRestfulGenericClient(arguments[0] + "/fhir");
    fhir.setEncoding(EncodingEnum.JSON);
    Runnable[] steps = {Walk::capabilities, Walk::createAndRead, Walk::updateAndConflict, Walk::histories,
        Walk::transactionSearchAndPages, Walk::operations, Walk::patchAndDelete};
    String[] names = {"capabilities", "create and read", "update and conflict", "histories", "transaction, search and pages",
        "operations", "patch and delete"};
    for (int i = 0; i < steps.length; ++i) {
      steps[i].run();
      System.out.println("hapi: " + names[i]);
    }
  }
}
