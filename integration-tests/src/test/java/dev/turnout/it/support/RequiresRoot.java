package dev.turnout.it.support;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test that makes network namespaces, interfaces or raw sockets, and so must run as root.
 *
 * <p>For an ordinary user such a test is skipped with a reason. Where the environment says {@code CI=true} it always
 * runs: a missing capability or tool is a failure there, never a silent skip.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RootCondition.class)
public @interface RequiresRoot {}
