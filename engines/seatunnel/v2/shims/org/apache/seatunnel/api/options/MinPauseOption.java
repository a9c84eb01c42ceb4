package org.apache.seatunnel.api.options;

import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Value of EnvCommonOptions.CHECKPOINT_MIN_PAUSE, an option that came after 2.3.10. */
public final class MinPauseOption {

    private MinPauseOption() {}

    public static Option<Long> create() {
        return Options.key("min-pause")
                .longType()
                .noDefaultValue()
                .withDescription("Shortest time between two checkpoints, in ms");
    }
}
