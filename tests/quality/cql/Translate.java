// CQL files into ELM: java -cp JARS Translate.java OUT FILE.cql…; what they include is translated with them, from the
// files' folder or, FHIRHelpers, as the translator brings it.
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cqframework.cql.cql2elm.CqlTranslator;
import org.cqframework.cql.cql2elm.DefaultLibrarySourceProvider;
import org.cqframework.cql.cql2elm.LibraryManager;
import org.cqframework.cql.cql2elm.ModelManager;
import org.cqframework.cql.cql2elm.quick.FhirLibrarySourceProvider;

public class Translate {
  public static void main(String[] args) throws Exception {
    boolean failed = false;
    for (int i = 1; i < args.length; ++i) {
      LibraryManager libraries = new LibraryManager(new ModelManager());
      File file = new File(args[i]);
      libraries.getLibrarySourceLoader().registerProvider(new DefaultLibrarySourceProvider(file.getAbsoluteFile().getParentFile().toPath()));
      libraries.getLibrarySourceLoader().registerProvider(new FhirLibrarySourceProvider());
      CqlTranslator translator = CqlTranslator.fromFile(file, libraries);
      for (var error : translator.getErrors()) {
        failed = true;
        System.err.println(file.getName() + ": " + error.getLocator().toLocator() + ": " + error.getMessage());
      }
      for (var included : libraries.getCompiledLibraries().values()) {
        String name = included.getIdentifier().getId();
        if (!name.equals("System")) Files.writeString(Path.of(args[0], name + ".elm.json"), CqlTranslator.convertToJson(included.getLibrary()));
      }
      Files.writeString(Path.of(args[0], file.getName().replace(".cql", ".elm.json")), translator.toJson());
    }
    System.exit(failed ? 1 : 0);
  }
}
