import java.util.function.Consumer;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Members that engine-server 2.3.13 calls and classes of 2.3.10 do not have, with the value that
 * leaves the feature off; and one change of our own: REST v2 listens on the loopback interface only.
 */
final class Additions {

    private static final String ENGINE_CONFIG = "org/apache/seatunnel/engine/common/config/";
    private static final String ENV_OPTIONS = "org/apache/seatunnel/api/options/EnvCommonOptions";
    private static final String MIN_PAUSE = "CHECKPOINT_MIN_PAUSE";
    private static final String OPTION = "Lorg/apache/seatunnel/api/configuration/Option;";

    private Additions() {}

    /**
     * The visitor that changes a class on its way to the writer.
     *
     * @param name internal name of the class
     * @return null if the class stays as it is
     */
    static ClassVisitor visitor(String name, ClassVisitor next) {
        switch (name) {
            case ENGINE_CONFIG + "EngineConfig":
                return adding(next, c -> intConstant(c, "getJobMetricsPartitionCount", 1));
            case ENGINE_CONFIG + "server/CheckpointConfig":
                return adding(next, c -> longProperty(c, name, "checkpointMinPause"));
            case "org/apache/seatunnel/api/sink/SaveModeHandler":
                return adding(
                        next,
                        c -> delegate(c, name, "handleSchemaSaveModeWithRestore", "handleSchemaSaveMode"));
            case ENV_OPTIONS:
                return minPauseOption(next);
            case "org/eclipse/jetty/server/AbstractNetworkConnector":
                return loopbackOnly(next);
            default:
                return null;
        }
    }

    private static ClassVisitor adding(ClassVisitor next, Consumer<ClassVisitor> members) {
        return new ClassVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitEnd() {
                members.accept(cv);
                super.visitEnd();
            }
        };
    }

    /** {@code public int name() { return value; }}, for a value from 0 to 5. */
    private static void intConstant(ClassVisitor c, String name, int value) {
        MethodVisitor m = c.visitMethod(Opcodes.ACC_PUBLIC, name, "()I", null, null);
        m.visitCode();
        m.visitInsn(Opcodes.ICONST_0 + value);
        m.visitInsn(Opcodes.IRETURN);
        m.visitMaxs(1, 1);
        m.visitEnd();
    }

    /** A long field with getter and setter. */
    private static void longProperty(ClassVisitor c, String owner, String field) {
        String suffix = Character.toUpperCase(field.charAt(0)) + field.substring(1);
        c.visitField(Opcodes.ACC_PRIVATE, field, "J", null, null).visitEnd();

        MethodVisitor get = c.visitMethod(Opcodes.ACC_PUBLIC, "get" + suffix, "()J", null, null);
        get.visitCode();
        get.visitVarInsn(Opcodes.ALOAD, 0);
        get.visitFieldInsn(Opcodes.GETFIELD, owner, field, "J");
        get.visitInsn(Opcodes.LRETURN);
        get.visitMaxs(2, 1);
        get.visitEnd();

        MethodVisitor set = c.visitMethod(Opcodes.ACC_PUBLIC, "set" + suffix, "(J)V", null, null);
        set.visitCode();
        set.visitVarInsn(Opcodes.ALOAD, 0);
        set.visitVarInsn(Opcodes.LLOAD, 1);
        set.visitFieldInsn(Opcodes.PUTFIELD, owner, field, "J");
        set.visitInsn(Opcodes.RETURN);
        set.visitMaxs(3, 3);
        set.visitEnd();
    }

    /** A default method of an interface that calls another of its methods. */
    private static void delegate(ClassVisitor c, String owner, String name, String target) {
        MethodVisitor m = c.visitMethod(Opcodes.ACC_PUBLIC, name, "()V", null, null);
        m.visitCode();
        m.visitVarInsn(Opcodes.ALOAD, 0);
        m.visitMethodInsn(Opcodes.INVOKEINTERFACE, owner, target, "()V", true);
        m.visitInsn(Opcodes.RETURN);
        m.visitMaxs(1, 1);
        m.visitEnd();
    }

    /** A new constant of EnvCommonOptions; MinPauseOption (v2/shims) makes its value. */
    private static ClassVisitor minPauseOption(ClassVisitor next) {
        return new ClassVisitor(Opcodes.ASM9, next) {
            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String type, String signature, String[] exceptions) {
                MethodVisitor m = super.visitMethod(access, name, type, signature, exceptions);
                if (!name.equals("<clinit>")) {
                    return m;
                }
                return new MethodVisitor(Opcodes.ASM9, m) {
                    @Override
                    public void visitCode() {
                        super.visitCode();
                        super.visitMethodInsn(
                                Opcodes.INVOKESTATIC,
                                "org/apache/seatunnel/api/options/MinPauseOption",
                                "create",
                                "()" + OPTION,
                                false);
                        super.visitFieldInsn(Opcodes.PUTSTATIC, ENV_OPTIONS, MIN_PAUSE, OPTION);
                    }
                };
            }

            @Override
            public void visitEnd() {
                int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
                cv.visitField(access, MIN_PAUSE, OPTION, null, null).visitEnd();
                super.visitEnd();
            }
        };
    }

    /** Jetty asks getHost() for the address to listen on; the engine never sets one. */
    private static ClassVisitor loopbackOnly(ClassVisitor next) {
        return new ClassVisitor(Opcodes.ASM9, next) {
            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String type, String signature, String[] exceptions) {
                MethodVisitor m = super.visitMethod(access, name, type, signature, exceptions);
                if (!name.equals("getHost")) {
                    return m;
                }
                m.visitCode();
                m.visitLdcInsn("127.0.0.1");
                m.visitInsn(Opcodes.ARETURN);
                m.visitMaxs(1, 1);
                m.visitEnd();
                return null; // the original body is dropped
            }
        };
    }
}
