package org.schedbook.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Map;
import org.schedbook.file.JsonTrouble;

/**
 * Measurements as JSON. The fields are the components of {@link BenchResult} and its parts; a
 * workload is its name and parameters, times and durations are in ISO 8601.
 */
public final class BenchJson {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new Jdk8Module())
                    .addModule(new JavaTimeModule())
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Workload.class, new WorkloadWriter())
                                    .addDeserializer(Workload.class, new WorkloadReader()))
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    /** Returns what reads and writes measurements, and values that hold some. */
    public static JsonMapper mapper() {
        return MAPPER.rebuild().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();
    }

    /** Returns a measurement in JSON. */
    public static String write(BenchResult result) {
        try {
            return MAPPER.writeValueAsString(result);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a measurement can be written", e);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static BenchResult read(String json) {
        try {
            return MAPPER.readValue(json, BenchResult.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no measurement: " + JsonTrouble.words(e), e);
        }
    }

    private static final class WorkloadWriter extends JsonSerializer<Workload> {

        @Override
        public void serialize(Workload workload, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeStartObject();
            out.writeStringField("name", workload.name());
            out.writeObjectField("parameters", Workloads.parameters(workload));
            out.writeEndObject();
        }
    }

    private static final class WorkloadReader extends JsonDeserializer<Workload> {

        @Override
        public Workload deserialize(JsonParser in, DeserializationContext context)
                throws IOException {
            JsonNode node = in.readValueAsTree();
            Map<String, String> parameters =
                    MAPPER.convertValue(node.path("parameters"), new TypeReference<>() {});
            return Workloads.of(node.path("name").asText(), parameters);
        }
    }

    private BenchJson() {}
}
