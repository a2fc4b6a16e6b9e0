import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Continuation
import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.TransformerConfiguration
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation
import java.lang.reflect.InvocationTargetException
import org.codehaus.groovy.control.CompilerConfiguration

/** Jenkins' own transformation of Groovy, by which a program can be stopped and saved at each step. */
class Cps {
    static {
        // Jenkins only warns of it in the log, and goes on with a wrong value.
        CpsCallableInvocation.registerMismatchHandler { expected, receiver, called ->
            throw new IllegalStateException("${expected} is not of Jenkins' Groovy, and can't call ${called}")
        }
    }

    static void transform(CompilerConfiguration compiler) {
        def transformer = new CpsTransformer()
        transformer.configuration = new TransformerConfiguration()
        compiler.addCompilationCustomizers(transformer)
    }

    /** Runs what may be a transformed program to its end. */
    static Object run(Closure program) {
        try {
            return program.call()
        } catch (CpsCallableInvocation call) {
            try {
                return new Continuable(call.invoke(null, null, Continuation.HALT)).run(null)
            } catch (InvocationTargetException failure) {
                throw failure.cause
            }
        }
    }
}
