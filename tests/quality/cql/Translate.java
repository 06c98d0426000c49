// CQL files into ELM: java -cp JARS Translate.java OUT FILE.cql…; the files' folder is searched for includes.
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cqframework.cql.cql2elm.CqlTranslator;
import org.cqframework.cql.cql2elm.DefaultLibrarySourceProvider;
import org.cqframework.cql.cql2elm.LibraryManager;
import org.cqframework.cql.cql2elm.ModelManager;

public class Translate {
  public static void main(String[] args) throws Exception {
    boolean failed = false;
    for (int i = 1; i < args.length; ++i) {
      LibraryManager libraries = new LibraryManager(new ModelManager());
      File file = new File(args[i]);
      libraries.getLibrarySourceLoader().registerProvider(new DefaultLibrarySourceProvider(file.getParentFile().toPath()));
      CqlTranslator translator = CqlTranslator.fromFile(file, libraries);
      for (var error : translator.getErrors()) {
        failed = true;
        System.err.println(file.getName() + ": " + error.getLocator().toLocator() + ": " + error.getMessage());
      }
      Files.writeString(Path.of(args[0], file.getName().replace(".cql", ".elm.json")), translator.toJson());
    }
    System.exit(failed ? 1 : 0);
  }
}
