package unjam.engines.seatunnel.agent;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Reflection by name: the back-port serves two engine versions whose classes moved between packages,
 * and what it needs is private in both.
 */
final class Reflect {

    private Reflect() {}

    /** Whether the object's class, or one above it, declares that method. */
    static boolean has(Object target, String name, int parameters) {
        return find(target, name, parameters) != null;
    }

    /** Calls a method whatever its visibility; what it throws unchecked comes out as it is. */
    static Object call(Object target, String name, Object... arguments) {
        Method method = find(target, name, arguments.length);
        if (method == null) {
            throw new IllegalStateException("this engine has no " + describe(target, name));
        }
        try {
            method.setAccessible(true);
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException(describe(target, name) + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot call " + describe(target, name), e);
        }
    }

    /** Reads a field whatever its visibility. */
    static Object field(Object target, String name) {
        for (Class<?> c = target.getClass(); c != null; c = c.getSuperclass()) {
            try {
                Field field = c.getDeclaredField(name);
                field.setAccessible(true);
                return field.get(target);
            } catch (NoSuchFieldException e) {
                // Not here: perhaps in the class above.
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("cannot read " + describe(target, name), e);
            }
        }
        throw new IllegalStateException("this engine has no " + describe(target, name));
    }

    /** The constant of that name of the enum that the given constant belongs to. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static Object constant(Enum<?> like, String name) {
        return Enum.valueOf((Class) like.getDeclaringClass(), name);
    }

    private static Method find(Object target, String name, int parameters) {
        for (Class<?> c = target.getClass(); c != null; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && method.getParameterCount() == parameters
                        && !method.isSynthetic()) {
                    return method;
                }
            }
        }
        return null;
    }

    private static String describe(Object target, String name) {
        return target.getClass().getName() + "." + name;
    }
}
