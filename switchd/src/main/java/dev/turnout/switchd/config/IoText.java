package dev.turnout.switchd.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why the file system refused something, in the words of the C library; the exceptions' own messages are bare paths. */
public final class IoText {
    private IoText() {
    }

    /** The reason, without the path. */
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "No such file or directory";
            case AccessDeniedException _ -> "Permission denied";
            case FileAlreadyExistsException _ -> "File exists";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            case CharacterCodingException _ -> "not UTF-8 text";
            default -> String.valueOf(e.getMessage());
        };
    }
}
