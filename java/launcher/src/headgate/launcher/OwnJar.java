package headgate.launcher;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.nio.file.Paths;

/** The jar that this class is in. */
final class OwnJar {
    private OwnJar() {}

    static Path path() throws URISyntaxException {
        return Paths.get(OwnJar.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
