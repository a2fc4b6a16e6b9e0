import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Continuation
import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.TransformerConfiguration
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation
import groovy.transform.CompileStatic
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

    /** Ends a step: the program stops and is saved, as Jenkins does it, before it goes on with the value. */
    static Object stop(String step, Object value) {
        Continuable.suspend(step, value)
    }

    private static void save(Continuable program) {
        new Store().writeObject(program)
    }

    /** Runs what may be a transformed program to its end. */
    static Object run(Closure program) {
        try {
            return program.call()
        } catch (CpsCallableInvocation call) {
            try {
                def running = new Continuable(call.invoke(null, null, Continuation.HALT))
                def value = running.run(null)
                while (running.isResumable()) {
                    save(running)
                    value = running.run(value)
                }
                return value
            } catch (InvocationTargetException failure) {
                throw failure.cause
            }
        }
    }
}

/** The file that Jenkins keeps a program in; the script itself is not saved but compiled anew. */
@CompileStatic
class Store extends ObjectOutputStream {
    Store() {
        super(new ByteArrayOutputStream())
        enableReplaceObject(true)
    }

    protected Object replaceObject(Object part) {
        part instanceof Script ? null : part
    }
}
