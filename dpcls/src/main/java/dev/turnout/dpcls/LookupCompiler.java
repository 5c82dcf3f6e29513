package dev.turnout.dpcls;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import dev.turnout.flow.FlowKeys;

/**
 * Generates one class for the lookup over given tables: word indices, masks, multipliers and strides are constants, the
 * loop over the words is unrolled, and each table's lookup is a method of its own that is called directly.
 *
 * <pre>
 * final class Lookup extends CompiledLookup {
 *     private final Subtable t0, t1, ...;
 *
 *     private static long find0(Subtable t, long[] words, int offset) {
 *         long a = words[offset + I0] &amp; M0, b = ...;
 *         int row = (int) ((a * K0 + b * K1 + ...) &gt;&gt;&gt; t.shift) * STRIDE;
 *         for (long[] rows = t.rows;;) {
 *             long handle = rows[row];
 *             if (handle == 0) return 0;
 *             if (((rows[row + 1] ^ a) | (rows[row + 2] ^ b) | ...) == 0) { t.hits++; return handle; }
 *             if ((row += STRIDE) == rows.length) row = 0;
 *         }
 *     }
 *
 *     int lookup(long[] words, int[] pending, int count, long[] handles) {
 *         for each pending row: h = find0(t0, ...); if (h != 0) { visits += 1; goto hit } h = find1(t1, ...) ...
 *     }
 * }
 * </pre>
 *
 * <p>The class is hidden, in this package: it is unloaded when its last instance is. Which tables it works on is a matter of
 * the instance, so it can be tried out on tables of its own before it meets those of a forwarding thread.
 */
final class LookupCompiler {
    private static final ClassDesc SELF = ClassDesc.of("dev.turnout.dpcls.Lookup");
    private static final ClassDesc BASE = ClassDesc.of(CompiledLookup.class.getName());
    private static final ClassDesc TABLE = ClassDesc.of(Subtable.class.getName());
    private static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
    private static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
    private static final MethodTypeDesc FIND = MethodTypeDesc.of(ConstantDescs.CD_long, TABLE, LONGS,
            ConstantDescs.CD_int);
    private static final MethodTypeDesc LOOKUP = MethodTypeDesc.of(ConstantDescs.CD_int, LONGS, INTS,
            ConstantDescs.CD_int, LONGS);
    private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(ConstantDescs.CD_void, TABLE.arrayType());

    private final MethodHandle constructor;

    LookupCompiler(Subtable[] tables) {
        byte[] bytes = ClassFile.of().build(SELF, clazz -> {
            clazz.withSuperclass(BASE).withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
            clazz.withMethodBody(ConstantDescs.INIT_NAME, CONSTRUCTOR, 0, code -> constructor(code, tables.length));
            clazz.withMethodBody("lookup", LOOKUP, ClassFile.ACC_FINAL, code -> lookup(code, tables.length));
            for (int t = 0; t < tables.length; t++) {
                Subtable table = tables[t];
                clazz.withField("t" + t, TABLE, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
                clazz.withMethodBody("find" + t, FIND, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC,
                        code -> find(code, table));
            }
        });
        try {
            MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
            constructor = hidden
                    .findConstructor(hidden.lookupClass(), MethodType.methodType(void.class, Subtable[].class))
                    .asType(MethodType.methodType(CompiledLookup.class, Subtable[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("generated lookup", e);
        }
    }

    /** The lookup over tables that have, one by one, the same masks and multipliers as those it was generated for. */
    CompiledLookup instantiate(Subtable[] tables) {
        try {
            return (CompiledLookup) constructor.invokeExact(tables);
        } catch (Throwable e) {
            throw new IllegalStateException("generated lookup", e);
        }
    }

    private static void constructor(CodeBuilder code, int count) {
        code.aload(0).invokespecial(BASE, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
        for (int t = 0; t < count; t++) {
            code.aload(0).aload(1).loadConstant(t).aaload().putfield(SELF, "t" + t, TABLE);
        }
        code.return_();
    }

    private static void find(CodeBuilder code, Subtable table) {
        int words = table.indices.length;
        int rows = code.allocateLocal(TypeKind.REFERENCE);
        int row = code.allocateLocal(TypeKind.INT);
        int handle = code.allocateLocal(TypeKind.LONG);
        int[] masked = new int[words];
        for (int n = 0; n < words; n++) {
            masked[n] = code.allocateLocal(TypeKind.LONG);
            code.aload(1).iload(2);
            if (table.indices[n] != 0) {
                code.loadConstant(table.indices[n]).iadd();
            }
            code.laload();
            if (table.masks[n] != -1L) {
                code.loadConstant(table.masks[n]).land();
            }
            code.lstore(masked[n]);
        }
        code.aload(0).getfield(TABLE, "rows", LONGS).astore(rows);
        code.lconst_0();
        for (int n = 0; n < words; n++) {
            code.lload(masked[n]).loadConstant(table.multipliers[n]).lmul().ladd();
        }
        code.aload(0).getfield(TABLE, "shift", ConstantDescs.CD_int).lushr().l2i();
        code.loadConstant(table.stride).imul().istore(row);
        probe(code, table, rows, row, handle, masked);
    }

    private static void probe(CodeBuilder code, Subtable table, int rows, int row, int handle, int[] masked) {
        Label loop = code.newLabel();
        Label occupied = code.newLabel();
        Label next = code.newLabel();
        code.labelBinding(loop);
        code.aload(rows).iload(row).laload().lstore(handle);
        code.lload(handle).lconst_0().lcmp().ifne(occupied);
        code.lconst_0().lreturn();
        code.labelBinding(occupied);
        code.lconst_0();
        for (int n = 0; n < masked.length; n++) {
            code.aload(rows).iload(row).loadConstant(n + 1).iadd().laload().lload(masked[n]).lxor().lor();
        }
        code.lconst_0().lcmp().ifne(next);
        code.aload(0).dup().getfield(TABLE, "hits", ConstantDescs.CD_long).lconst_1().ladd().putfield(TABLE, "hits",
                ConstantDescs.CD_long);
        code.lload(handle).lreturn();
        code.labelBinding(next);
        code.iload(row).loadConstant(table.stride).iadd().istore(row);
        code.iload(row).aload(rows).arraylength().if_icmplt(loop);
        code.iconst_0().istore(row);
        code.goto_(loop);
    }

    /** Parameters: this 0, words 1, pending 2, count 3, handles 4. */
    private static void lookup(CodeBuilder code, int tables) {
        int i = code.allocateLocal(TypeKind.INT);
        int missed = code.allocateLocal(TypeKind.INT);
        int number = code.allocateLocal(TypeKind.INT);
        int offset = code.allocateLocal(TypeKind.INT);
        int visited = code.allocateLocal(TypeKind.LONG);
        int handle = code.allocateLocal(TypeKind.LONG);
        Label loop = code.newLabel();
        Label hit = code.newLabel();
        Label next = code.newLabel();
        Label end = code.newLabel();
        code.iconst_0().istore(i).iconst_0().istore(missed).lconst_0().lstore(visited);
        code.labelBinding(loop);
        code.iload(i).iload(3).if_icmpge(end);
        code.aload(2).iload(i).iaload().istore(number);
        code.iload(number).loadConstant(FlowKeys.STRIDE).imul().istore(offset);
        for (int t = 0; t < tables; t++) {
            Label miss = code.newLabel();
            code.aload(0).getfield(SELF, "t" + t, TABLE).aload(1).iload(offset).invokestatic(SELF, "find" + t, FIND)
                    .lstore(handle);
            code.lload(handle).lconst_0().lcmp().ifeq(miss);
            code.lload(visited).loadConstant(t + 1L).ladd().lstore(visited);
            code.goto_(hit);
            code.labelBinding(miss);
        }
        code.aload(2).iload(missed).iload(number).iastore().iinc(missed, 1).goto_(next);
        code.labelBinding(hit);
        code.aload(4).iload(number).lload(handle).lastore();
        code.labelBinding(next);
        code.iinc(i, 1).goto_(loop);
        code.labelBinding(end);
        code.aload(0).dup().getfield(SELF, "visits", ConstantDescs.CD_long).lload(visited).ladd().putfield(SELF,
                "visits", ConstantDescs.CD_long);
        code.iload(missed).ireturn();
    }
}
