import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * Fits older SeaTunnel modules to engine-server 2.3.13: {@code MixEngine TARGET JAR…} writes a changed
 * copy of each jar that needs one into TARGET and prints how many of its classes it changed. A jar
 * that needs no change is not copied.
 */
public final class MixEngine {

    private MixEngine() {}

    public static void main(String[] args) throws IOException {
        Path target = Path.of(args[0]);
        Files.createDirectories(target);
        for (int i = 1; i < args.length; i++) {
            Path jar = Path.of(args[i]);
            int changed = mix(jar, target.resolve(jar.getFileName()));
            if (changed > 0) {
                System.out.println(jar.getFileName() + " " + changed);
            }
        }
    }

    private static int mix(Path jar, Path target) throws IOException {
        Moves.Kind kind = Moves.Kind.of(jar.getFileName().toString());
        Map<String, byte[]> entries = new LinkedHashMap<>();
        int changed = 0;
        try (JarFile in = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(in.entries())) {
                if (entry.isDirectory() || leftOut(entry.getName())) {
                    continue;
                }
                byte[] content = read(in, entry);
                String name = entry.getName();
                if (name.endsWith(".class")) {
                    Mixed mixed = new Mixed(content, kind);
                    if (mixed.changed) {
                        changed++;
                        content = mixed.content;
                        name = mixed.name + ".class";
                    }
                } else {
                    name = Moves.newName(name, kind); // resources go with their package
                }
                entries.putIfAbsent(name, content);
            }
        }
        if (changed > 0) {
            write(target, entries);
        }
        return changed;
    }

    /** Signatures do not fit changed classes; versioned classes and module names are not needed. */
    private static boolean leftOut(String name) {
        return name.matches("META-INF/.*\\.(SF|RSA|DSA)")
                || name.equals(JarFile.MANIFEST_NAME)
                || name.startsWith("META-INF/versions/")
                || name.startsWith("META-INF/services/org.eclipse.jetty")
                || name.equals("module-info.class");
    }

    private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static void write(Path target, Map<String, byte[]> entries) throws IOException {
        try (JarOutputStream out =
                new JarOutputStream(new BufferedOutputStream(Files.newOutputStream(target)))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
    }

    /** One class after moves and additions. */
    private static final class Mixed extends Remapper {
        private final Moves.Kind kind;
        private boolean changed;
        private final String name;
        private final byte[] content;

        Mixed(byte[] original, Moves.Kind kind) {
            this.kind = kind;
            ClassReader reader = new ClassReader(original);
            ClassWriter writer = new ClassWriter(0);
            // Additions write old names: the remapper behind them moves those too.
            ClassVisitor remapper = new ClassRemapper(writer, this);
            ClassVisitor additions = Additions.visitor(reader.getClassName(), remapper);
            changed = additions != null;
            reader.accept(additions == null ? remapper : additions, 0);
            name = map(reader.getClassName());
            content = writer.toByteArray();
        }

        @Override
        public String map(String internalName) {
            String moved = Moves.newName(internalName, kind);
            changed |= !moved.equals(internalName);
            return moved;
        }
    }
}
