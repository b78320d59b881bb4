package org.schedbook.units;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.schedbook.bench.BenchJson;
import org.schedbook.file.JsonTrouble;

/** Units and what came of them, as JSON. */
final class UnitJson {

    static final JsonMapper MAPPER = BenchJson.mapper();

    private static final JsonMapper CANONICAL =
            MAPPER.rebuild()
                    .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    static String canonical(Unit unit) {
        try {
            return CANONICAL.writeValueAsString(unit);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a unit can be written", e);
        }
    }

    static <U extends Unit> U read(String json, Class<U> type) {
        try {
            return CANONICAL.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no unit: " + JsonTrouble.words(e), e);
        }
    }

    private UnitJson() {}
}
