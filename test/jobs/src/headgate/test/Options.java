package headgate.test;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Arguments of the form {@code --name value}, and the file by which a job tells its test what it saw. */
final class Options implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String[] args;

    Options(String[] args) {
        this.args = args;
    }

    String text(String name, String otherwise) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals("--" + name)) {
                return args[i + 1];
            }
        }
        return otherwise;
    }

    long number(String name, long otherwise) {
        String text = text(name, null);
        return text == null ? otherwise : Long.parseLong(text);
    }

    /** Arguments, one a line, behind the first line. */
    void tell(String firstLine) {
        String file = text("tell", null);
        if (file == null) {
            return;
        }
        try {
            Path path = Path.of(file);
            Path temporary = Path.of(file + ".tmp");
            Files.write(temporary, (firstLine + "\n" + String.join("\n", args) + "\n").getBytes(StandardCharsets.UTF_8));
            Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IllegalStateException("cannot tell " + file, e);
        }
    }
}
