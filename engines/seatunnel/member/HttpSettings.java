import java.lang.reflect.Method;

/**
 * Settings of REST v2 that seatunnel.yaml cannot express everywhere.
 *
 * <p>Basic authentication came to the engine after 2.3.10, and the v2 engine of these tests reads its
 * yaml with 2.3.10's classes. Reflection, because 2.3.8 has no HTTP settings at all and this source
 * compiles against both.
 */
final class HttpSettings {

    /** {@code user:password} for REST v2; not set means no password. */
    private static final String BASIC_AUTH = "unjam.http.basic-auth";

    private HttpSettings() {}

    static void apply(Object engineConfig) {
        String basicAuth = System.getProperty(BASIC_AUTH);
        if (basicAuth == null) {
            return;
        }
        int colon = basicAuth.indexOf(':');
        try {
            Object http = engineConfig.getClass().getMethod("getHttpConfig").invoke(engineConfig);
            set(http, "setEnableBasicAuth", boolean.class, true);
            set(http, "setBasicAuthUsername", String.class, basicAuth.substring(0, colon));
            set(http, "setBasicAuthPassword", String.class, basicAuth.substring(colon + 1));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "This engine has no basic authentication: start it without --basic-auth", e);
        }
    }

    private static void set(Object target, String setter, Class<?> type, Object value)
            throws ReflectiveOperationException {
        Method method = target.getClass().getMethod(setter, type);
        method.invoke(target, value);
    }
}
