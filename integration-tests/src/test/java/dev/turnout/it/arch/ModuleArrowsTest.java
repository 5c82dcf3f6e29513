package dev.turnout.it.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.tools.ToolProvider;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModuleArrowsTest {
    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

    @TempDir
    private Path directory;

    @Test
    void shouldHoldInEveryModule() throws IOException {
        // The predefined option knows target/test-classes alone; the fast build has its own in target/fast.
        ImportOption noTests = location -> !location.contains("/test-classes/");
        JavaClasses classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(noTests).importPackages(ModuleArrows.ROOT_PACKAGE);

        assertThat(ModuleArrows.violations(classes)).isEmpty();

        Set<String> seen = classes.stream().flatMap(c -> ModuleArrows.moduleOf(c.getPackageName()).stream())
                .map(ModuleArrows.Module::name).collect(Collectors.toSet());
        assertThat(seen).as("modules whose classes were looked at").containsAll(modulesOfTheBuild());
    }

    @Test
    void shouldHaveARowForEveryModuleOfTheBuild() throws IOException {
        assertThat(modulesOfTheBuild()).hasSizeGreaterThan(10).allMatch(name -> ModuleArrows.module(name).isPresent());
    }

    @Test
    void shouldReportADependencyAgainstTheArrows() throws IOException {
        JavaClasses classes = compile(source("core", "Port", ""),
                source("packet", "Bad", "dev.turnout.core.Port port;"));

        assertThat(ModuleArrows.violations(classes)).singleElement().asString()
                .startsWith("packet may not use switch-core").contains("dev.turnout.packet.Bad");
    }

    @Test
    void shouldReportADependencyBetweenSiblings() throws IOException {
        JavaClasses classes = compile(source("emc", "Cache", ""),
                source("dpcls", "Bad", "dev.turnout.emc.Cache[] caches() { return new dev.turnout.emc.Cache[0]; }"));

        assertThat(ModuleArrows.violations(classes)).isNotEmpty()
                .allMatch(line -> line.startsWith("dpcls may not use emc"));
    }

    @Test
    void shouldReportAPackageThatNoModuleClaims() throws IOException {
        assertThat(ModuleArrows.violations(compile(source("stray", "Bad", "")))).singleElement().asString()
                .contains("dev.turnout.stray.Bad");
    }

    @Test
    void shouldAllowWhatAChainOfArrowsReaches() throws IOException {
        JavaClasses classes = compile(source("packet", "Buffer", ""),
                source("switchd", "Good", "dev.turnout.packet.Buffer buffer;"));

        assertThat(ModuleArrows.violations(classes)).isEmpty();
    }

    private static Set<String> modulesOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("..", "pom.xml"));
        return MODULE.matcher(pom).results().map((MatchResult m) -> m.group(1)).collect(Collectors.toSet());
    }

    private static String[] source(String subPackage, String name, String body) {
        String packageName = ModuleArrows.ROOT_PACKAGE + "." + subPackage;
        return new String[]{name + ".java", "package " + packageName + "; public class " + name + " {" + body + "}"};
    }

    private JavaClasses compile(String[]... sources) throws IOException {
        Path classes = Files.createDirectory(directory.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
        for (String[] source : sources) {
            arguments.add(Files.writeString(directory.resolve(source[0]), source[1]).toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).isZero();
        return new ClassFileImporter().importPath(classes);
    }
}
