package dev.turnout.it.arch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;

/**
 * The arrows between the modules: which one may use which. A module may use what a chain of arrows reaches, and nothing
 * else of Turnout.
 *
 * <p>This is the one place where the arrows are written; a new module, or a new arrow, is a change here.
 */
final class ModuleArrows {
    static final String ROOT_PACKAGE = "dev.turnout";

    // @formatter:off
    private static final List<Module> MODULES = List.of(
            module("packet",            "packet"),
            module("flow",              "flow",        "packet"),
            module("openflow",          "openflow",    "flow"),
            module("emc",               "emc",         "flow"),
            module("dpcls",             "dpcls",       "flow"),
            module("conntrack",         "conntrack",   "flow"),
            module("switch-core",       "core",        "emc", "dpcls", "conntrack"),
            module("ofproto",           "ofproto",     "openflow"),
            module("upcall",            "upcall",      "switch-core", "ofproto"),
            module("revalidator",       "revalidator", "upcall"),
            module("grpc-api",          "v1"),
            module("switchd",           "switchd",     "revalidator", "grpc-api"),
            module("ofctl",             "ofctl",       "grpc-api", "openflow"),
            module("benchmarks",        "bench",       "switchd"),
            module("concurrency-tests", "concurrency", "upcall"),
            module("integration-tests", "it",          "switchd"));
    // @formatter:on

    private static final Map<String, Module> BY_NAME = byName();

    private ModuleArrows() {}

    /** A module: its name in the build, its base package, and the modules that its arrows point to. */
    record Module(String name, String basePackage, List<String> arrows) {
        private boolean holds(String packageName) {
            return packageName.equals(basePackage) || packageName.startsWith(basePackage + ".");
        }
    }

    /** The module that a package belongs to, or nothing when no row of the table claims it. */
    static Optional<Module> moduleOf(String packageName) {
        return MODULES.stream().filter(module -> module.holds(packageName)).findFirst();
    }

    static Optional<Module> module(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Every dependency that no chain of arrows allows, one readable line each. */
    static List<String> violations(Collection<JavaClass> classes) {
        Set<String> violations = new LinkedHashSet<>();
        for (JavaClass javaClass : classes) {
            Optional<Module> from = moduleOf(javaClass.getPackageName());
            if (from.isEmpty()) {
                violations.add(javaClass.getName() + " is in no module's package");
                continue;
            }
            Set<String> allowed = reachable(from.get());
            for (Dependency dependency : javaClass.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (!target.startsWith(ROOT_PACKAGE + ".")) {
                    continue;
                }
                String to = moduleOf(target).map(Module::name).orElse(target);
                if (!allowed.contains(to)) {
                    violations.add(from.get().name() + " may not use " + to + ": " + dependency.getDescription());
                }
            }
        }
        return new ArrayList<>(violations);
    }

    private static Set<String> reachable(Module start) {
        Set<String> reached = new LinkedHashSet<>();
        List<String> open = new ArrayList<>(List.of(start.name()));
        while (!open.isEmpty()) {
            String name = open.removeLast();
            if (reached.add(name)) {
                open.addAll(module(name).orElseThrow().arrows());
            }
        }
        return reached;
    }

    private static Module module(String name, String subPackage, String... arrows) {
        return new Module(name, ROOT_PACKAGE + "." + subPackage, List.of(arrows));
    }

    private static Map<String, Module> byName() {
        Map<String, Module> byName = new LinkedHashMap<>();
        MODULES.forEach(module -> byName.put(module.name(), module));
        return byName;
    }
}
