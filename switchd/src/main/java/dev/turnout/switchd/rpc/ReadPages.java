package dev.turnout.switchd.rpc;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import java.util.function.Function;

import dev.turnout.v1.ReadResponse;

/**
 * Elements as responses of many each, made as they are asked for.
 *
 * @param <T>
 *            the elements
 */
final class ReadPages<T> implements Iterator<ReadResponse> {
    private static final int PER_PAGE = 256;

    private final Iterator<T> elements;
    private final Function<Iterator<T>, ReadResponse> page;

    /** {@code page} makes a response of the next elements, one at least. */
    ReadPages(Iterator<T> elements, Function<Iterator<T>, ReadResponse> page) {
        this.elements = elements;
        this.page = page;
    }

    /** Responses of {@value #PER_PAGE} elements each, added one by one. */
    static <T> ReadPages<T> of(Iterator<T> elements, BiConsumer<ReadResponse.Builder, T> adder) {
        return new ReadPages<>(elements, rest -> {
            ReadResponse.Builder response = ReadResponse.newBuilder();
            for (int n = 0; n < PER_PAGE && rest.hasNext(); n++) {
                adder.accept(response, rest.next());
            }
            return response.build();
        });
    }

    @Override
    public boolean hasNext() {
        return elements.hasNext();
    }

    @Override
    public ReadResponse next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.apply(elements);
    }
}
